//! Calls of everything that the tables declare, with arguments that fit by the names of their parameters, mostly.

mod afterwards;
mod by_name;
mod of_functions;

use afterwards::AFTERWARDS;
use by_name::{ARRAYS, BY_NAME};
use of_functions::OF_FUNCTIONS;

use super::Choices;
use super::odd;
use super::tables::{self, Callable};

/// A value that fits a parameter of that name, perhaps.
pub fn fitting(choices: &mut dyn Choices, name: &str) -> String {
    let array = odd::pick(choices, ARRAYS);
    beside(choices, name, array)
}

/// As [`fitting`]; arrays are mostly that one, so that those of a call fit together.
fn beside(choices: &mut dyn Choices, name: &str, array: &str) -> String {
    match BY_NAME.iter().find(|(names, _)| names.contains(&name)) {
        Some((_, values)) if choices.below(8) > 0 => odd::pick(choices, values).to_owned(),
        _ if choices.below(4) > 0 => array.to_owned(),
        _ => odd::pick(choices, ARRAYS).to_owned(),
    }
}

/// A value that fits that parameter of that function, where its name tells too little.
fn of_function(choices: &mut dyn Choices, path: &str, parameter: &str) -> Option<String> {
    let name = path.rsplit_once('.').map_or(path, |(_, name)| name);
    let (_, _, values) =
        OF_FUNCTIONS.iter().find(|(functions, of, _)| *of == parameter && functions.contains(&name))?;
    Some(odd::pick(choices, values).to_owned())
}

/// A call of that, with arguments most of which fit, and what is done with what it gives.
pub fn call_of(choices: &mut dyn Choices, callable: &Callable) -> String {
    let odds = choices.below(4).min(2);
    let array = odd::pick(choices, ARRAYS);
    let mut args: Vec<String> = Vec::new();
    for name in &callable.required {
        args.push(match () {
            () if odds == 0 && choices.once_in(3) => odd::value(choices),
            () => of_function(choices, &callable.path, name).unwrap_or_else(|| beside(choices, name, array)),
        });
    }
    if callable.required.is_empty() && callable.parameters.is_empty() {
        args.extend((0..choices.below(4)).map(|_| array.to_owned()));
    }
    let optional = callable.parameters.iter().filter(|name| !callable.required.contains(name));
    let optional: Vec<&String> = optional.collect();
    let first = choices.below(optional.len().max(1));
    for name in optional.iter().cycle().skip(first).take(choices.below(3).min(optional.len())) {
        let value = if choices.below(3) < odds { odd::value(choices) } else { beside(choices, name, array) };
        args.push(format!("{name}={value}"));
    }
    if choices.once_in(12) && !args.is_empty() {
        let at = choices.below(args.len());
        args.remove(at);
    }
    let (of, name) = callable.path.rsplit_once('.').unwrap_or(("", &callable.path));
    let call = match tables::receiver(choices, of) {
        Some(value) => format!("{value}.{name}({})", args.join(", ")),
        None => format!("{}({})", callable.path, args.join(", ")),
    };
    // Haiku's modules are made under a transform alone.
    let is_alone = !of.starts_with("haiku") && !choices.once_in(3);
    let call = if is_alone { call } else { afterwards(choices, of, &call) };
    match choices.below(4) {
        0 => odd::fill(odd::pick(choices, super::near::TRANSFORMS), "C", &call),
        _ => call,
    }
}

/// What is done with something of a module.
fn afterwards(choices: &mut dyn Choices, module: &str, call: &str) -> String {
    let fits = |of: &str| module == of || module.strip_prefix(of).is_some_and(|rest| rest.starts_with('.'));
    let known = AFTERWARDS.iter().find(|(of, _)| of.is_empty() || fits(of));
    let Some((_, ways)) = known else { return call.to_owned() };
    let text = odd::fill(odd::pick(choices, ways), "C", call);
    if text.contains('Z') { odd::fill(&text, "Z", &odd::value(choices)) } else { text }
}

/// Something of a module, made with arguments that should fit.
pub fn of_module(choices: &mut dyn Choices, module: &str) -> String {
    let all: Vec<&Callable> = tables::all().iter().filter(|known| is_in(&known.path, module)).collect();
    let at = (choices.below(256) * 256 + choices.below(256)) % all.len().max(1);
    let Some(callable) = all.get(at) else { return "None".to_owned() };
    let args: Vec<String> = callable.required.iter().map(|name| fitting(choices, name)).collect();
    let mut text = format!("{}({}", callable.path, args.join(", "));
    if choices.once_in(3) && !callable.parameters.is_empty() {
        let name = &callable.parameters[choices.below(callable.parameters.len())];
        if !callable.required.contains(name) {
            let comma = if args.is_empty() { "" } else { ", " };
            text += &format!("{comma}{name}={}", fitting(choices, name));
        }
    }
    text + ")"
}

fn is_in(path: &str, module: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(of, _)| of == module)
}

/// A program of one call.
pub fn alone(choices: &mut dyn Choices, callable: &Callable) -> String {
    let call = call_of(choices, callable);
    format!("{}{}x = {call}\n", odd::HEAD, tables::imports_of(&call))
}

/// Some calls, each of which may fail.
pub fn program(choices: &mut dyn Choices) -> String {
    let all = tables::all();
    let mut text = String::new();
    for _ in 0..1 + choices.below(3) {
        let at = (choices.below(256) * 256 + choices.below(256)) % all.len().max(1);
        let Some(callable) = all.get(at) else { break };
        let call = call_of(choices, callable);
        let imports = tables::imports_of(&call);
        let lines = super::statements::indent(&format!("{imports}x = {call}\n"));
        text += &match choices.below(3) {
            0 => format!("{imports}x = {call}\n"),
            1 => format!("{imports}def h(x):\n    return {call}\nx = h(x)\n"),
            _ => format!("try:\n{lines}except Exception as e:\n    print(e)\n"),
        };
    }
    format!("{}{text}", odd::HEAD)
}
