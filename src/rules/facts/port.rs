//! Ports by number: what usually listens there.

/// What usually listens on a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rules) enum Service {
    /// Gives a shell, a debugger, or the rule over a machine or a cluster.
    Administration,
    /// Holds data, often without a password.
    Data,
}

/// Port, what listens there, and words in the names of images whose very job it is.
const PORTS: &[(u16, Service, &[&str])] = &[
    (21, Service::Administration, &["ftp"]),
    (22, Service::Administration, &["ssh", "sftp", "gitea", "forgejo", "gogs", "gitlab"]),
    (23, Service::Administration, &["telnet"]),
    (111, Service::Administration, &["nfs"]),
    (139, Service::Administration, &["samba"]),
    (445, Service::Administration, &["samba"]),
    (873, Service::Administration, &["rsync"]),
    (2049, Service::Administration, &["nfs"]),
    (2375, Service::Administration, &["docker", "dind"]),
    (2376, Service::Administration, &["docker", "dind"]),
    (2377, Service::Administration, &["docker", "dind"]),
    (2379, Service::Data, &["etcd"]),
    (2380, Service::Data, &["etcd"]),
    (3389, Service::Administration, &["rdp", "desktop"]),
    (5005, Service::Administration, &[]),
    (5900, Service::Administration, &["vnc", "desktop", "selenium"]),
    (5901, Service::Administration, &["vnc", "desktop", "selenium"]),
    (5985, Service::Administration, &[]),
    (5986, Service::Administration, &[]),
    (6443, Service::Administration, &["k3s", "kube", "kind"]),
    (9229, Service::Administration, &[]),
    (10250, Service::Administration, &["k3s", "kube", "kind"]),
    (10255, Service::Administration, &["k3s", "kube", "kind"]),
    (15672, Service::Administration, &["rabbitmq"]),
    (1433, Service::Data, &["mssql", "sqlserver", "azure-sql"]),
    (1521, Service::Data, &["oracle"]),
    (3306, Service::Data, &["mysql", "mariadb", "percona", "tidb"]),
    (5432, Service::Data, &["postg", "pgvector", "timescale", "cockroach", "citus", "spilo"]),
    (5984, Service::Data, &["couchdb"]),
    (6379, Service::Data, &["redis", "valkey", "keydb", "dragonfly"]),
    (7000, Service::Data, &["cassandra", "scylla"]),
    (7474, Service::Data, &["neo4j"]),
    (7687, Service::Data, &["neo4j", "memgraph"]),
    (9042, Service::Data, &["cassandra", "scylla"]),
    (9092, Service::Data, &["kafka", "redpanda"]),
    (9200, Service::Data, &["elasticsearch", "opensearch"]),
    (9300, Service::Data, &["elasticsearch", "opensearch"]),
    (11211, Service::Data, &["memcached"]),
    (27017, Service::Data, &["mongo", "ferretdb"]),
];

/// What usually listens on TCP `port`; `None` where `image` (its repository) is made for just that.
pub(in crate::rules) fn service(port: u16, image: Option<&str>) -> Option<Service> {
    let (_, service, makers) = PORTS.iter().find(|(number, ..)| *number == port)?;
    let own = image.is_some_and(|image| makers.iter().any(|maker| image.contains(maker)));
    (!own).then_some(*service)
}

/// The ports of a range that have a service of their own.
pub(in crate::rules) fn known_within(first: u16, last: u16) -> impl Iterator<Item = u16> {
    PORTS.iter().map(|(port, ..)| *port).filter(move |port| (first..=last).contains(port))
}
