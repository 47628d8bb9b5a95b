//! What is said of plugins that cannot be used and of calls that do not fit, each with what brings it about.

use std::fs;

use keramos_pjrt::{
    Buffer, Client, ClientOptions, CompileOptions, ElementType, Environment, Platform, Plugin, Topology, Value,
};
use tempfile::TempDir;

use crate::common::{ADD, client, client_with, compile, plugin};
use crate::files::{shared, stub, write};

fn said<T, E: std::fmt::Display>(result: Result<T, E>) -> String {
    result.err().map_or_else(|| "nothing is refused".to_owned(), |error| error.to_string())
}

/// The cases with what is said of each; names of folders and versions of plugins, which differ, are left out.
fn shown(cases: &[(&str, String)], folder: Option<&TempDir>) -> String {
    let mut shown: String = cases.iter().map(|(what, said)| format!("---- {what}\nerror: {said}\n")).collect();
    if let Some(folder) = folder {
        shown = shown.replace(&folder.path().display().to_string(), "FOLDER");
    }
    shown
}

#[test]
fn files_that_are_no_plugin() {
    let folder = tempfile::tempdir().expect("a folder");
    let load = |path| said(Plugin::load(path));
    let whole = fs::read(stub(&folder, "whole", [0, 114], 138, "&api")).expect("a library");
    let mut other = whole.clone();
    // The field that names the processor says AArch64.
    other[18..20].copy_from_slice(&183_u16.to_le_bytes());
    let cases = [
        ("a file that is not there", load("/no/such/plugin.so".into())),
        ("a folder", load(folder.path().to_path_buf())),
        ("an empty file", load(write(&folder, b""))),
        ("a script", load(write(&folder, b"#!/bin/sh\nexit 1\n"))),
        ("ten bytes of a library", load(write(&folder, &whole[..10]))),
        ("a library for another processor", load(write(&folder, &other))),
        ("a library without GetPjrtApi", load(shared(&folder, "other", "int unrelated(void) { return 0; }"))),
        (
            "a library that needs another which is not there",
            load(shared(&folder, "needs", "extern int elsewhere(void);\nint (*GetPjrtApi)(void) = elsewhere;")),
        ),
        ("GetPjrtApi returns NULL", load(stub(&folder, "null", [0, 114], 138, "NULL"))),
        ("API 0.40", load(stub(&folder, "old", [0, 40], 138, "&api"))),
        ("API 1.0", load(stub(&folder, "new", [1, 0], 138, "&api"))),
        ("a table of 5 functions", load(stub(&folder, "short", [0, 114], 5, "&api"))),
        ("PJRT_Plugin_Initialize fails", load(stub(&folder, "failing", [0, 114], 138, "&api"))),
    ];
    insta::assert_snapshot!(shown(&cases, Some(&folder)));
}

/// A plugin whose functions succeed and leave everything as it was.
#[test]
fn a_plugin_that_gives_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let idle = Plugin::load(stub(&folder, "idle", [0, 114], 138, "(fails = 0, (void *)&api)")).expect("a plugin");
    let options = ClientOptions::new();
    let cases = [
        ("a client", said(Client::new(&idle, &options))),
        ("a topology", said(Topology::new(&idle, "v5e:2x2", &options))),
    ];
    insta::assert_snapshot!(shown(&cases, Some(&folder)));
}

#[test]
fn no_plugin_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let environment = Environment::empty()
        .with_home(folder.path().join("home"))
        .with_variable("PJRT_PLUGIN_LIBRARY_PATH", "/no/such/folder");
    let named = Environment::empty().with_variable("KERAMOS_PJRT_PLUGIN", "/no/such/plugin.so");
    let cases = [
        ("nothing is installed", said(Plugin::find(Platform::Cpu, &environment))),
        ("the plugin that is named is not there", said(Plugin::find(Platform::Cuda, &named))),
    ];
    insta::assert_snapshot!(shown(&cases, Some(&folder)));
}

#[test]
fn clients_devices_and_topologies_that_do_not_fit() {
    let with = |value: Value| said(Client::new(&plugin(), &ClientOptions::new().set("cpu_device_count", value)));
    let cases = [
        ("cpu_device_count = many", with(Value::from("many"))),
        ("cpu_device_count = 0", with(Value::Int(0))),
        ("cpu_device_count = true", with(Value::from(true))),
        ("device 3 of 1", said(client().device(3))),
        ("elements of type float31", said("float31".parse::<ElementType>())),
    ];
    insta::assert_snapshot!(shown(&cases, None));
}

#[test]
fn arrays_that_do_not_fit() {
    let (client, other) = (client(), client());
    let device = client.device(0).expect("a device");
    let vector = |n: usize| client.buffer_from_slice(&[n as i64], &vec![1.0_f32; n], device).expect("a buffer");
    let (x, short) = (vector(4), vector(3));
    let integers = client.buffer_from_slice(&[4], &[1_i32; 4], device).expect("a buffer");
    let away = other.device(0).expect("a device");
    let foreign = other.buffer_from_slice(&[4], &[1.0_f32; 4], away).expect("a buffer");
    let add = compile(&client, ADD);
    let run = |arguments: &[&Buffer]| said(add.execute(arguments.iter().copied()));
    let four = client_with(&ClientOptions::new().cpu_device_count(4));
    let everywhere = four.compile(ADD, &CompileOptions::new().on_devices(0..4)).expect("a program of four");
    let there = four.device(0).expect("a device");
    let one = four.buffer_from_slice(&[4], &[1.0_f32; 4], there).expect("a buffer");
    let unread = said(client.compile("module {", &CompileOptions::new()));
    let bytes = |element, dims: &[i64], bytes: &[u8]| said(client.buffer_from_bytes(element, dims, bytes, device));
    let cases = [
        ("float32[2, 2] of 12 bytes", bytes(ElementType::F32, &[2, 2], &[0; 12])),
        ("float32[-1]", bytes(ElementType::F32, &[-1], &[])),
        ("int4[2]", bytes(ElementType::S4, &[2], &[0])),
        ("float32 read as int32", said(x.to_vec::<i32>())),
        ("an array of another client's device", said(client.buffer_from_slice(&[1], &[0_i32], away))),
        ("add(x)", run(&[&x])),
        ("add(x, float32[3])", run(&[&x, &short])),
        ("add(x, int32[4])", run(&[&x, &integers])),
        ("add(x, an array of another client)", run(&[&x, &foreign])),
        ("one list of arguments for four devices", said(everywhere.execute([&one, &one]))),
        // What follows the first line is the version of StableHLO that the plugin reads.
        ("a program that does not parse", unread.lines().next().unwrap_or_default().to_owned()),
    ];
    insta::assert_snapshot!(shown(&cases, None));
}
