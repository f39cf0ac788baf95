//! The web servers' settings of `docs/zero-downtime.md`, as they stand there, in front of a deployed tree: addresses with a
//! version, and compressed files for those who take them.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use scd_tests::fixture::Fixture;
use scd_tests::say::say;
use scd_tests::shop::shop;

use crate::SCD;

const STYLES: &str = "frontend/Acme/base/en_US/css/long.min.css";

/// A block of the document, by its language.
fn snippet(language: &str) -> String {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/zero-downtime.md");
    let document = fs::read_to_string(document).expect("it is there");
    let (_, block) = document
        .split_once(&format!("```{language}\n"))
        .expect("there is a block");
    let (block, _) = block.split_once("```").expect("it ends");
    block.to_owned()
}

/// A deployed shop whose files other users may read.
fn deployed() -> Fixture {
    let shop = shop();
    let long = ".long { color: red; }\n".repeat(40);
    shop.write("app/design/frontend/Acme/base/web/css/long.css", long);
    let arguments = ["--compress=gzip,brotli", "--content-version=17", "en_US"];
    shop.deploy(SCD, &arguments).expect_code(0);
    let outer = shop.root().join("..");
    fs::set_permissions(outer, fs::Permissions::from_mode(0o755)).expect("it is ours");
    shop
}

/// A server that ends with the test.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    /// None where the program is not there.
    fn start(program: &str, arguments: &[&str], port: u16) -> Option<Server> {
        let quiet = || Stdio::null();
        let child = Command::new(program)
            .args(arguments)
            .stdout(quiet())
            .stderr(quiet())
            .spawn();
        let Ok(child) = child else {
            say(&format!(
                "skipped: there is no {program} (apt-get install nginx apache2)"
            ));
            return None;
        };
        let mut server = Server { child, port };
        for _ in 0..1000 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(server);
            }
            let ended = server.child.try_wait().expect("it is a child");
            assert!(ended.is_none(), "{program} does not take its settings");
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("{program} does not listen");
    }

    /// The head of the answer, in lower case, and the body.
    fn get(&self, path: &str, accepted: &str) -> (String, Vec<u8>) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: {accepted}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).expect("it listens");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("it answers");
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
        let (head, body) = answer.split_at(end.expect("there is a head") + 4);
        (String::from_utf8_lossy(head).to_lowercase(), body.to_vec())
    }

    /// Everyone gets what he takes, under the address of the version.
    fn check(&self, shop: &Fixture, has_brotli: bool) {
        let address = format!("/static/version17/{STYLES}");
        let of = |suffix: &str| {
            let path = shop
                .root()
                .join("pub/static")
                .join(format!("{STYLES}{suffix}"));
            fs::read(path).expect("it was deployed")
        };
        let best = if has_brotli {
            ("br", ".br")
        } else {
            ("gzip", ".gz")
        };
        for (accepted, (encoding, suffix)) in [
            ("identity", ("", "")),
            ("gzip", ("gzip", ".gz")),
            ("gzip, deflate, br", best),
        ] {
            let (head, body) = self.get(&address, accepted);
            assert!(head.starts_with("http/1.1 200"), "{accepted}: {head}");
            assert!(
                head.contains("content-type: text/css"),
                "{accepted}: {head}"
            );
            assert!(head.contains("vary: accept-encoding"), "{accepted}: {head}");
            let said = head
                .lines()
                .find_map(|line| line.strip_prefix("content-encoding: "));
            assert_eq!(said.unwrap_or_default(), encoding, "{accepted}");
            assert!(body == of(suffix), "{accepted}: another body");
        }
        // Where there is no compressed file, the file itself.
        let image = "/static/version17/frontend/Acme/base/en_US/images/i.png";
        let (head, body) = self.get(image, "gzip, br");
        assert!(
            head.starts_with("http/1.1 200") && head.contains("image/png"),
            "{head}"
        );
        assert!(
            !body.is_empty() && !head.contains("content-encoding"),
            "{head}"
        );
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Asked to end, they end their workers, too.
        let id = self.child.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &id]).status();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it is bound").port()
}

#[test]
fn nginx_sends_compressed_files() {
    let shop = deployed();
    let scratch = shop.root().join("../nginx");
    fs::create_dir_all(&scratch).expect("it can be made");
    let module = Path::new("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so");
    let mut block = snippet("nginx");
    let mut load = String::new();
    match module.exists() {
        true => load = format!("load_module {};", module.display()),
        false => block = block.replace("    brotli_static on;\n", ""),
    }
    // What Magento's own file has there.
    let rules = "expires max;\n\
                 location ~ ^/static/version\\d*/ { rewrite ^/static/version\\d*/(.*)$ /static/$1 last; }\n\
                 location ~* \\.(js|css|png|html)$ { add_header Cache-Control \"public\"; expires +1y; }";
    assert!(block.contains("# … as it was"));
    let block = block.replace("# … as it was", rules);
    let (port, place) = (free_port(), scratch.display());
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("{name}_temp_path {place}/{name};"))
        .join(" ");
    let settings = format!(
        "{load} daemon off; pid {place}/pid; error_log {place}/errors;\nevents {{}}\nhttp {{ access_log off; {temporary}\n\
         types {{ text/css css; application/javascript js; image/png png; }}\n\
         server {{ listen 127.0.0.1:{port}; root {};\n{block} }} }}\n",
        shop.root().join("pub").display()
    );
    let file = scratch.join("nginx.conf");
    fs::write(&file, settings).expect("it can be written");
    let file = file.to_str().expect("a path in Unicode");
    let errors = scratch.join("errors");
    let errors = errors.to_str().expect("a path in Unicode");
    let program = program("nginx");
    if let Some(server) = Server::start(&program, &["-c", file, "-e", errors], port) {
        server.check(&shop, module.exists());
    }
}

#[test]
fn apache_sends_compressed_files() {
    let shop = deployed();
    let scratch = shop.root().join("../apache");
    fs::create_dir_all(&scratch).expect("it can be made");
    // Below the rule that takes the version out, and above the one for files that are not there, as in Magento's own file.
    let rules = format!(
        "RewriteEngine On\nRewriteRule ^version.+?/(.+)$ $1 [L]\n{}\nRewriteCond %{{REQUEST_FILENAME}} !-f\n\
         RewriteCond %{{REQUEST_FILENAME}} !-l\nRewriteRule .* ../static.php?resource=$0 [L]\n",
        snippet("apache")
    );
    shop.write("pub/static/.htaccess", rules);
    let modules = "mpm_event authz_core mime rewrite headers env setenvif filter deflate";
    let load: String = modules
        .split(' ')
        .map(|name| format!("LoadModule {name}_module modules/mod_{name}.so\n"))
        .collect();
    let (port, place) = (free_port(), scratch.display());
    let root = shop.root().join("pub");
    let root = root.display();
    let settings = format!(
        "ServerName localhost\nServerRoot /usr/lib/apache2\nListen 127.0.0.1:{port}\nPidFile {place}/pid\nErrorLog {place}/errors\n\
         DefaultRuntimeDir {place}\nMutex file:{place}\n{load}TypesConfig /dev/null\nAddType text/css .css\nAddType image/png .png\n\
         AddOutputFilterByType DEFLATE text/css\nDocumentRoot {root}\n\
         <IfModule unixd_module>\nUser www-data\nGroup www-data\n</IfModule>\n\
         <Directory {root}>\nAllowOverride All\nOptions FollowSymLinks\nRequire all granted\n</Directory>\n"
    );
    let file = scratch.join("apache.conf");
    fs::write(&file, settings).expect("it can be written");
    let file = file.to_str().expect("a path in Unicode");
    if let Some(server) = Server::start(&program("apache2"), &["-X", "-f", file], port) {
        server.check(&shop, true);
    }
}

/// Where Debian puts servers, which is not in everybody's path.
fn program(name: &str) -> String {
    let path = PathBuf::from("/usr/sbin").join(name);
    match path.exists() {
        true => path.display().to_string(),
        false => name.to_owned(),
    }
}
