//! The services that a shared cache may lie in, through OpenDAL.

use std::sync::OnceLock;
use std::time::Duration;

use opendal::services::{Fs, Redis as RedisService, S3};
use opendal::{ErrorKind, HttpTransporter, OperationContext, Operator};
use redis::{Client, ConnectionAddr, IntoConnectionInfo, RedisConnectionInfo};
use tokio::runtime::Runtime;

use super::address::{Redis, RemoteAddress, Service};
use super::http::Http;
use super::objects::Objects;

/// The store of Amazon in the region of a bucket.
const AMAZON: &str = "https://s3.amazonaws.com";

/// What OpenDAL says where it could not sign a request, and why that may be.
const NOT_SIGNED: &str = "signing http request";
const NO_CREDENTIALS: &str = "no credentials were found: neither AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY, \
     nor in the files of the AWS command line, nor a role of this machine";

/// A service that is connected to when it is first asked.
pub(super) struct OpenDal {
    address: RemoteAddress,
    connection: OnceLock<Result<Connection, String>>,
}

struct Connection {
    operator: Operator,
    /// None only while it is dropped.
    runtime: Option<Runtime>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // A file system that does not answer would be waited for.
            runtime.shutdown_background();
        }
    }
}

impl OpenDal {
    pub(super) fn new(address: RemoteAddress) -> OpenDal {
        OpenDal {
            address,
            connection: OnceLock::new(),
        }
    }

    /// Does something with the service, in time.
    fn ask<T>(
        &self,
        within: Duration,
        question: impl AsyncFnOnce(&Operator) -> opendal::Result<T>,
    ) -> Result<T, String> {
        let connect = || Connection::open(&self.address);
        let connection = self.connection.get_or_init(connect).as_ref();
        let Connection { operator, runtime } = connection.map_err(Clone::clone)?;
        let Some(runtime) = runtime else {
            return Err("it is gone".to_owned());
        };
        let answer =
            runtime.block_on(async { tokio::time::timeout(within, question(operator)).await });
        match answer {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(reason(&error, &self.address)),
            Err(_) => Err(no_answer(within)),
        }
    }
}

impl Objects for OpenDal {
    fn read(&self, name: &str, within: Duration) -> Result<Option<Vec<u8>>, String> {
        self.ask(within, async |operator| match operator.read(name).await {
            Ok(bytes) => Ok(Some(bytes.to_vec())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        })
    }

    fn write(&self, name: &str, bytes: Vec<u8>, within: Duration) -> Result<(), String> {
        self.ask(within, async |operator| {
            operator.write(name, bytes).await.map(|_| ())
        })
    }

    fn remove(&self, name: &str, within: Duration) -> Result<(), String> {
        self.ask(within, async |operator| operator.delete(name).await)
    }
}

impl Connection {
    fn open(address: &RemoteAddress) -> Result<Connection, String> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        let operator = match &address.service {
            Service::Redis(redis) => {
                let within = address.answer_within;
                let knock = async { tokio::time::timeout(within, knock(redis)).await };
                runtime
                    .block_on(knock)
                    .map_err(|_| no_answer(within))?
                    .map_err(|error| plain(&error.to_string(), address))?;
                let scheme = if redis.is_encrypted {
                    "rediss"
                } else {
                    "redis"
                };
                let host = match redis.host.contains(':') {
                    true => format!("[{}]", redis.host),
                    false => redis.host.clone(),
                };
                let builder = RedisService::default()
                    .endpoint(&format!("{scheme}://{host}:{}", redis.port))
                    .db(redis.database)
                    .root(&address.prefix)
                    .username(redis.user.as_deref().unwrap_or_default())
                    .password(redis.password.as_deref().unwrap_or_default());
                Operator::new(builder)
            }
            Service::Directory(directory) => {
                let root = directory.join(&address.prefix);
                let unfinished = root.join("v1/unfinished");
                let builder = Fs::default()
                    .root(&root.to_string_lossy())
                    // Nobody sees an object before it is whole.
                    .atomic_write_dir(&unfinished.to_string_lossy());
                Operator::new(builder)
            }
            Service::Bucket(bucket) => {
                // Objects are asked for below the name of the bucket, not at a host of its name, which stores such as MinIO have not.
                let builder = S3::default()
                    .bucket(&bucket.name)
                    .root(&address.prefix)
                    .region(&bucket.region)
                    .endpoint(bucket.endpoint.as_deref().unwrap_or(AMAZON));
                let http = HttpTransporter::new(Http::new(bucket, address.answer_within));
                let context = OperationContext::new().with_http_transport(http);
                Operator::new(builder).map(|operator| operator.with_context(context))
            }
        };
        let operator = operator.map_err(|error| reason(&error, address))?;
        Ok(Connection {
            operator,
            runtime: Some(runtime),
        })
    }
}

/// Whether anybody is there and takes the login: OpenDAL's client tries again and again, whatever the reason.
async fn knock(redis: &Redis) -> redis::RedisResult<()> {
    let (host, port) = (redis.host.clone(), redis.port);
    let place = match redis.is_encrypted {
        false => ConnectionAddr::Tcp(host, port),
        true => ConnectionAddr::TcpTls {
            host,
            port,
            insecure: false,
            tls_params: None,
        },
    };
    let mut login = RedisConnectionInfo::default().set_db(redis.database);
    if let Some(user) = &redis.user {
        login = login.set_username(user);
    }
    if let Some(password) = &redis.password {
        login = login.set_password(password);
    }
    let client = Client::open(place.into_connection_info()?.set_redis_settings(login))?;
    client.get_multiplexed_async_connection().await.map(drop)
}

/// What an error says.
fn reason(error: &opendal::Error, address: &RemoteAddress) -> String {
    if error.message() == NOT_SIGNED {
        return NO_CREDENTIALS.to_owned();
    }
    let source = std::error::Error::source(error).map(ToString::to_string);
    plain(source.as_deref().unwrap_or(error.message()), address)
}

/// The first line of a message in our style, without the number of the system's error, and without what must not be said.
fn plain(message: &str, address: &RemoteAddress) -> String {
    let line = message.lines().next().unwrap_or_default();
    let line = line.split(" (os error").next().unwrap_or_default().trim();
    let mut line = match address.secret() {
        Some(secret) => line.replace(secret, "…"),
        None => line.to_owned(),
    };
    if let [first, second, ..] = line.as_bytes()
        && first.is_ascii_uppercase()
        && !second.is_ascii_uppercase()
    {
        line[..1].make_ascii_lowercase();
    }
    line
}

fn no_answer(within: Duration) -> String {
    format!("no answer within {} seconds", within.as_secs())
}
