//! Processes of this program that serve or make load: started, asked line by line, read in `/proc`, ended.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::client::Outcome;

pub struct Process {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Process {
    /// On those cores, or on all.
    pub fn start(cores: Option<&str>, arguments: &[String]) -> Outcome<Process> {
        let program = std::env::current_exe()?;
        let mut command = match cores {
            Some(cores) => {
                let mut command = Command::new("taskset");
                command.args(["-c", cores]).arg(program);
                command
            }
            None => Command::new(program),
        };
        let mut child = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let output = BufReader::new(child.stdout.take().ok_or("no output")?);
        Ok(Process { input: child.stdin.take(), child, output })
    }

    pub fn line(&mut self) -> Outcome<String> {
        let mut line = String::new();
        if self.output.read_line(&mut line)? == 0 {
            return Err("a process ended before it answered".into());
        }
        Ok(line.trim_end().to_owned())
    }

    pub fn say(&mut self, line: &str) -> Outcome<()> {
        let input = self.input.as_mut().ok_or("no input")?;
        writeln!(input, "{line}")?;
        Ok(input.flush()?)
    }

    /// The next line as JSON.
    pub fn json(&mut self) -> Outcome<Value> {
        Ok(serde_json::from_str(&self.line()?)?)
    }

    pub fn ask(&mut self, line: &str) -> Outcome<Value> {
        self.say(line)?;
        self.json()
    }

    /// Resident memory in MB (10^6 bytes).
    pub fn memory(&self) -> Outcome<f64> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        let kibibytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kibibytes * 1024.0 / 1e6)
    }

    /// Processor seconds used so far, its own and the kernel's for it, in hundredths.
    pub fn processor_seconds(&self) -> Outcome<f64> {
        processor_seconds_in(&std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?)
    }
}

/// What a `stat` of a process or thread says of processor seconds (proc_pid_stat(5), fields 14 and 15).
pub fn processor_seconds_in(stat: &str) -> Outcome<f64> {
    let after_name = stat.rsplit_once(") ").ok_or("no name")?.1;
    let fields: Vec<&str> = after_name.split(' ').collect();
    Ok((fields[11].parse::<f64>()? + fields[12].parse::<f64>()?) / 100.0)
}

impl Drop for Process {
    fn drop(&mut self) {
        // The end of its input is the sign to go.
        self.input.take();
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(3) {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that was free a moment ago.
pub fn free_port() -> Outcome<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Starts a server and asks until it answers; the milliseconds that took.
pub fn until_first_answer(cores: Option<&str>, arguments: &[String], port: u16, host: &str) -> Outcome<(Process, f64)> {
    let start = Instant::now();
    let process = Process::start(cores, arguments)?;
    while start.elapsed() < Duration::from_secs(60) {
        if asked(port, host).unwrap_or(false) {
            return Ok((process, start.elapsed().as_secs_f64() * 1000.0));
        }
        std::thread::sleep(Duration::from_micros(100));
    }
    Err("the server did not start".into())
}

fn asked(port: u16, host: &str) -> std::io::Result<bool> {
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port))?;
    stream.write_all(format!("GET /sign-in HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").as_bytes())?;
    let mut first = String::new();
    BufReader::new(stream).read_line(&mut first)?;
    Ok(first.starts_with("HTTP/1.1 200"))
}
