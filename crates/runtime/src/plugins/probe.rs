//! Looking into a plugin, in a process of its own: a broken one may crash or hang.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use keramos_pjrt::{Client, ClientOptions, CompileOptions, Device, Plugin};
use serde::{Deserialize, Serialize};

/// What a plugin tells of itself and its devices.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// The PJRT API version: major and minor.
    pub api: Option<(i32, i32)>,
    /// The version of XLA's own interface.
    pub xla: Option<i64>,
    /// The oldest and the newest StableHLO version that it reads.
    pub stablehlo: Option<([i64; 3], [i64; 3])>,
    /// The platform, in the plugin's words.
    pub platform: Option<String>,
    /// The platform's version, in the plugin's words.
    pub version: Option<String>,
    /// The devices.
    pub devices: Vec<ProbedDevice>,
    /// How far the test program came.
    pub program: Option<String>,
    /// What went wrong, if anything did.
    pub fault: Option<String>,
}

/// A device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProbedDevice {
    /// The vendor's name of the hardware.
    pub kind: String,
    /// Bytes that the client may use, if the plugin tells.
    pub memory: Option<i64>,
    /// Bytes in use.
    pub in_use: Option<i64>,
}

/// The line that a probe's answer starts with: plugins print things of their own.
const MARK: &str = "keramos-probe ";

const PROGRAM: &str = "func.func public @main(%x: tensor<3xf32>) -> tensor<3xf32> {
  %y = stablehlo.multiply %x, %x : tensor<3xf32>
  return %y : tensor<3xf32>
}";

/// What the test program is as the probe tells it, if all is well.
pub const PROGRAM_WORKS: &str = "compiled, ran, was stored and loaded again";

impl Probe {
    /// Looks into a plugin in this process.
    #[must_use]
    pub fn here(path: &Path) -> Probe {
        let mut probe = Probe::default();
        if let Err(error) = probe.look(path) {
            probe.fault = Some(error.to_string());
        }
        probe
    }

    fn look(&mut self, path: &Path) -> keramos_pjrt::Result<()> {
        let plugin = Plugin::load(path)?;
        self.api = Some(plugin.api_version());
        self.xla = plugin.xla_version();
        self.stablehlo = plugin.stablehlo_minimum_version().zip(plugin.stablehlo_current_version());
        let client = Client::new(&plugin, &ClientOptions::new())?;
        self.platform = Some(client.platform_name().to_owned());
        self.version = Some(client.platform_version().to_owned());
        self.devices = client.addressable_devices().iter().map(ProbedDevice::of).collect();
        self.program = Some("did not compile".to_owned());
        let executable = client.compile(PROGRAM, &CompileOptions::new())?;
        self.program = Some("compiled, but did not run".to_owned());
        let device = client.device(0)?;
        let x = client.buffer_from_slice(&[3], &[1.0_f32, 2.0, 3.0], device)?;
        let squares = |outputs: Vec<keramos_pjrt::Buffer>| -> keramos_pjrt::Result<bool> {
            let bytes = outputs.first().map(keramos_pjrt::Buffer::to_bytes).transpose()?.unwrap_or_default();
            let expected: Vec<u8> = [1.0_f32, 4.0, 9.0].iter().flat_map(|value| value.to_le_bytes()).collect();
            Ok(bytes == expected)
        };
        if !squares(executable.execute([&x])?.wait()?)? {
            self.fault = Some("the test program, which squares three numbers, gives wrong ones".to_owned());
            return Ok(());
        }
        self.program = Some("compiled and ran, but cannot be stored".to_owned());
        let again = client.load(&executable.executable().serialize()?)?;
        if squares(again.execute([&x])?.wait()?)? {
            self.program = Some(PROGRAM_WORKS.to_owned());
        }
        Ok(())
    }

    /// Looks into a plugin in a process that is `program` (this binary) with the arguments that make it print
    /// [`Probe::answer`]; it is ended after `limit`.
    #[must_use]
    pub fn in_child(program: &Path, arguments: &[&str], path: &Path, limit: Duration) -> Probe {
        let failed = |fault: String| Probe { fault: Some(fault), ..Probe::default() };
        let mut command = Command::new(program);
        // Without it Google's library asks a server of its cloud for minutes.
        command.args(arguments).arg(path).env("TPU_SKIP_MDS_QUERY", "1");
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = match child {
            Ok(child) => child,
            Err(error) => return failed(format!("a process to look into it cannot be started: {error}")),
        };
        let reader = child.stdout.take().map(|mut stdout| {
            std::thread::spawn(move || {
                let mut text = Vec::new();
                let _ = stdout.read_to_end(&mut text);
                String::from_utf8_lossy(&text).into_owned()
            })
        });
        let start = Instant::now();
        let status = loop {
            match child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) if start.elapsed() > limit => {
                    let _ = child.kill();
                    let _ = child.wait();
                    return failed(format!("it did not answer within {} s", limit.as_secs()));
                }
                Ok(None) => std::thread::sleep(Duration::from_millis(10)),
                Err(error) => return failed(error.to_string()),
            }
        };
        let text = reader.and_then(|reader| reader.join().ok()).unwrap_or_default();
        let answer = text.lines().rev().find_map(|line| serde_json::from_str(line.strip_prefix(MARK)?).ok());
        answer.unwrap_or_else(|| {
            failed(format!("loading it ended the process ({status}); install it again, or another build"))
        })
    }

    /// What the child prints.
    #[must_use]
    pub fn answer(&self) -> String {
        format!("\n{MARK}{}\n", serde_json::to_string(self).unwrap_or_default())
    }
}

impl ProbedDevice {
    fn of(device: &Device) -> ProbedDevice {
        let memory = device.memory().ok();
        ProbedDevice {
            kind: device.description().map(|description| description.kind).unwrap_or_default(),
            memory: memory.as_ref().and_then(|memory| memory.limit),
            in_use: memory.map(|memory| memory.in_use),
        }
    }
}

/// Where plugins lie and how they were found, for all platforms in order.
#[must_use]
pub fn candidates(environment: &keramos_pjrt::Environment) -> Vec<(keramos_pjrt::Platform, PathBuf, String)> {
    let mut found = Vec::new();
    for &platform in keramos_pjrt::Platform::ALL {
        for candidate in keramos_pjrt::discover::candidates(platform, environment) {
            if !found.iter().any(|(_, path, _)| *path == candidate.path) {
                found.push((platform, candidate.path, candidate.origin.to_string()));
            }
        }
    }
    found
}
