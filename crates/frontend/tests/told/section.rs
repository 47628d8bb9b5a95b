//! Files of small programs, each under a line `#: its name --flag value`.

use keramos_frontend::diagnostics::{Source, Style, render};
use keramos_frontend::{Options, compile};

/// One program.
pub struct Section {
    pub name: String,
    /// Flags of the command line and their values.
    flags: Vec<(String, String)>,
    pub text: String,
}

/// What stands before the first program, which all begin with, and the programs.
pub fn sections(file: &str) -> (String, Vec<Section>) {
    let mut prelude = String::new();
    let mut sections: Vec<Section> = Vec::new();
    for line in file.lines() {
        match (line.strip_prefix("#: "), sections.last_mut()) {
            (Some(header), _) => {
                let mut parts = header.split(" --");
                let name = parts.next().unwrap_or_default().to_owned();
                let flag = |part: &str| {
                    let (flag, value) = part.split_once(' ').unwrap_or((part, ""));
                    (flag.to_owned(), value.to_owned())
                };
                sections.push(Section { name, flags: parts.map(flag).collect(), text: String::new() });
            }
            (None, Some(section)) => section.text.push_str(&format!("{line}\n")),
            (None, None) => prelude.push_str(&format!("{line}\n")),
        }
    }
    (prelude.trim_end().to_owned() + "\n", sections)
}

impl Section {
    /// The name with its flags.
    pub fn header(&self) -> String {
        let flags = self.flags.iter().map(|(flag, value)| format!(" --{flag} {value}"));
        self.name.clone() + &flags.collect::<String>()
    }

    /// All that is said about the program.
    pub fn told(&self, prelude: &str) -> String {
        let mut options = Options { max_steps: Some(1_000_000), ..Options::default() };
        for (flag, value) in &self.flags {
            match flag.as_str() {
                "value" => options.values.push(value.clone()),
                "input-shape" => options.data = Some(value.clone()),
                "model" => options.model = Some(value.clone()),
                "entry" => options.program.functions.push(value.clone()),
                "batch" => options.program.train_batch = value.parse().ok(),
                other => panic!("there is no flag --{other}"),
            }
        }
        let compiled = compile(Source::new("model.py", format!("{prelude}{}", self.text)), &options);
        compiled.diagnostics.iter().map(|d| render(d, &compiled.sources, Style::default())).collect()
    }
}
