//! The same good and bad push over everything that git servers are reached by, through real servers.
//!
//! Where a server is not installed, its test says so and passes; in CI (`CI=true`) it fails.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it leaves out"
)]

mod common;

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use common::server::{PLIMSOLL, Server, clean};

const APP: &str = "FROM debian:12\nRUN make install\nUSER app\nCMD [\"/app/run\"]\n";
const ROOT: &str = "FROM debian:12\nRUN make install\nCMD [\"/app/run\"]\n";

/// The good push goes through in silence, the bad one is refused, and why reaches the pusher.
fn judges(server: &Server) {
    server.change("Dockerfile", APP).push().accepted();
    server.change("README", "hello").push().silent();
    let tip = server.at("main");
    server.change("Dockerfile", ROOT);
    let said = server.push().refused_for("high  runs-as-root  Dockerfile:3 (old line)");
    assert!(said.ends_with("main was not updated"), "{said}");
    assert_eq!(server.at("main"), tip);
    server.push_as(["HEAD:refs/heads/new"]).refused_for("runs-as-root");
}

/// The paths of these programs, or `None` where one is missing and this is not CI.
fn installed<const N: usize>(programs: [&str; N]) -> Option<[PathBuf; N]> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let more = ["/usr/sbin", "/sbin", "/usr/share/gitolite3"].map(PathBuf::from);
    let folders: Vec<PathBuf> = std::env::split_paths(&path).chain(more).collect();
    let found = programs.map(|program| {
        folders.iter().map(|folder| folder.join(program)).find(|file| file.is_file())
    });
    for (program, file) in programs.iter().zip(&found) {
        if file.is_none() {
            assert!(std::env::var_os("CI").is_none(), "{program} is not installed");
            eprintln!("not tested: {program} is not installed");
            return None;
        }
    }
    Some(found.map(Option::unwrap))
}

/// A server process with those that it starts, ended with the test.
struct Daemon(Child);

impl Daemon {
    fn start(command: &mut Command) -> Self {
        Self(command.process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap())
    }

    /// Waits until the port answers.
    fn at(self, port: u16) -> Self {
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return self;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        panic!("nothing answers at port {port}");
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // With the processes that it started itself: they are of its group.
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill").args(["-s", "KILL", "--", &group]).status();
        let _ = self.0.wait();
    }
}

/// A port that is free at the moment.
fn port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn script(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
}

#[test]
fn a_path() {
    judges(&Server::new());
}

#[test]
fn a_file_url() {
    let server = Server::new();
    let url = format!("file://{}", server.bare().display());
    judges(&server.reached_by(url));
}

#[test]
fn ssh() {
    let Some([sshd, keygen, ssh]) = installed(["sshd", "ssh-keygen", "ssh"]) else { return };
    let server = Server::new();
    let home = server.folder().join("ssh");
    fs::create_dir(&home).unwrap();
    for key in ["host", "user"] {
        run(Command::new(&keygen)
            .args(["-q", "-t", "ed25519", "-N", "", "-f"])
            .arg(home.join(key)));
    }
    let (port, shown) = (port(), home.display());
    let config = format!(
        "Port {port}\nListenAddress 127.0.0.1\nHostKey {shown}/host\nPidFile none\nUsePAM no\n\
         AuthorizedKeysFile {shown}/user.pub\nStrictModes no\nPasswordAuthentication no\n\
         PermitRootLogin yes\nPermitUserEnvironment no\nAcceptEnv GIT_PROTOCOL\n"
    );
    fs::write(home.join("sshd_config"), config).unwrap();
    // sshd wants its separation folder where it is root.
    let _ = fs::create_dir_all("/run/sshd");
    let mut command = Command::new(&sshd);
    command.args(["-D", "-e", "-f"]).arg(home.join("sshd_config")).stderr(Stdio::null());
    let _daemon = Daemon::start(&mut command).at(port);
    let client = format!(
        "{} -F none -i {shown}/user -o IdentitiesOnly=yes -o BatchMode=yes \
         -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR",
        ssh.display()
    );
    server.git(["config", "core.sshCommand", &client]);
    let user = String::from_utf8(Command::new("id").arg("-un").output().unwrap().stdout).unwrap();
    let url = format!("ssh://{}@127.0.0.1:{port}{}", user.trim(), server.bare().display());
    judges(&server.reached_by(url));
}

#[test]
fn http_through_nginx_and_git_http_backend() {
    let Some([nginx, fcgiwrap]) = installed(["nginx", "fcgiwrap"]) else { return };
    let server = Server::new().config("http.receivepack", "true");
    let home = server.folder().join("www");
    fs::create_dir(&home).unwrap();
    let exec = String::from_utf8(Command::new("git").arg("--exec-path").output().unwrap().stdout);
    let backend = Path::new(exec.unwrap().trim()).join("git-http-backend");
    let (port, shown, root) = (port(), home.display(), server.folder().display());
    let user = String::from_utf8(Command::new("id").arg("-un").output().unwrap().stdout).unwrap();
    // As root nginx would serve as another user, who may not write here.
    let user = if user.trim() == "root" { "user root;\n" } else { "" };
    let config = format!(
        "{user}daemon off;\nworker_processes 1;\npid {shown}/pid;\nerror_log {shown}/error.log;\n\
         events {{}}\nhttp {{\n access_log off;\n client_max_body_size 0;\n\
         client_body_temp_path {shown}/body;\n proxy_temp_path {shown}/proxy;\n\
         fastcgi_temp_path {shown}/fastcgi;\n uwsgi_temp_path {shown}/uwsgi;\n\
         scgi_temp_path {shown}/scgi;\n server {{\n  listen 127.0.0.1:{port};\n  location / {{\n\
         fastcgi_pass unix:{shown}/socket;\n fastcgi_param SCRIPT_FILENAME {};\n\
         fastcgi_param PATH_INFO $uri;\n fastcgi_param GIT_PROJECT_ROOT {root};\n\
         fastcgi_param GIT_HTTP_EXPORT_ALL 1;\n fastcgi_param QUERY_STRING $query_string;\n\
         fastcgi_param REQUEST_METHOD $request_method;\n fastcgi_param REMOTE_USER ann;\n\
         fastcgi_param CONTENT_TYPE $content_type;\n fastcgi_param CONTENT_LENGTH $content_length;\n\
         fastcgi_param REMOTE_ADDR $remote_addr;\n fastcgi_param HTTP_CONTENT_ENCODING $http_content_encoding;\n\
         }}\n }}\n}}\n",
        backend.display()
    );
    fs::write(home.join("nginx.conf"), config).unwrap();
    let socket = home.join("socket");
    let mut wrapper = clean(Command::new(fcgiwrap));
    wrapper.args(["-s", &format!("unix:{}", socket.display())]);
    let _wrapper = Daemon::start(&mut wrapper);
    let mut command = Command::new(nginx);
    command.arg("-c").arg(home.join("nginx.conf")).arg("-e").arg(home.join("error.log"));
    let _daemon = Daemon::start(&mut command).at(port);
    for _ in 0..200 {
        if socket.exists() {
            break;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    let url = format!("http://127.0.0.1:{port}/server.git");
    let server = server.reached_by(url);
    judges(&server);
    // The web server's name for the pusher is the hook's.
    let policy = "[bypass]\npush-option = true\nusers = ['ann']\nuser-env = 'REMOTE_USER'\n";
    let server = server.policy(policy).config("receive.advertisePushOptions", "true");
    let option = ["-o", "plimsoll.bypass=ticket 4711", "HEAD:refs/heads/main"];
    server.push_as(option).accepted_with("bypassed by ann: ticket 4711");
}

#[test]
fn gitolite() {
    let Some([gitolite, gitolite_shell, perl]) = installed(["gitolite", "gitolite-shell", "perl"])
    else {
        return;
    };
    let server = Server::new();
    let home = server.folder().join("git-home");
    let hooks = home.join("local/hooks/common");
    fs::create_dir_all(&hooks).unwrap();
    std::os::unix::fs::symlink(PLIMSOLL, hooks.join("pre-receive")).unwrap();
    let as_git = |program: &Path| {
        let mut command = clean(Command::new(program));
        command.env("HOME", &home).env("USER", "git").env("LOGNAME", "git");
        command.env_remove("GIT_CONFIG_GLOBAL");
        command
    };
    run(as_git(&gitolite).args(["setup", "-a", "admin"]));
    let rc = home.join(".gitolite.rc");
    let text = fs::read_to_string(&rc).unwrap();
    let local = format!("LOCAL_CODE => '{}/local',\n    UMASK", home.display());
    fs::write(&rc, text.replacen("UMASK", &local, 1)).unwrap();
    let shell = server.folder().join("ssh");
    script(
        &shell,
        &format!(
            "#!/bin/sh\nfor last; do :; done\nunset GIT_CONFIG_GLOBAL\n\
             HOME={} USER=git SSH_CONNECTION='127.0.0.1 1 127.0.0.1 22' SSH_ORIGINAL_COMMAND=\"$last\" \\\n\
             exec {} {} admin\n",
            home.display(),
            perl.display(),
            gitolite_shell.display()
        ),
    );
    // A repository of gitolite's own making takes the place of the plain one.
    run(as_git(&gitolite).arg("setup"));
    server.git(["config", "core.sshCommand", &shell.display().to_string()]);
    server.git(["config", "ssh.variant", "simple"]);
    let testing = home.join("repositories/testing.git");
    assert!(testing.join("hooks/pre-receive").exists(), "gitolite linked no pre-receive");
    fs::remove_dir_all(server.bare()).unwrap();
    std::os::unix::fs::symlink(&testing, server.bare()).unwrap();
    let head = testing.join("HEAD");
    fs::write(head, "ref: refs/heads/main\n").unwrap();
    judges(&server.reached_by("git@gitolite.example:testing".to_owned()));
}
