//! Files of SQLite databases: created atomically; files of other programs are rejected.
//!
//! A database gets its name once its schema is complete. So a file without tables was truncated, and one with tables but
//! without our schema belongs to another program; both are left as they are.

use sqlx::{ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    fs,
    io::{self, ErrorKind},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::OnceLock,
};

/// The path of a database, and the inode it named when the database was opened.
#[derive(Debug)]
pub struct SqliteFile {
    path: PathBuf,
    /// Device and number of the file.
    opened: OnceLock<(u64, u64)>,
}

impl SqliteFile {
    /// The file at `path`, which need not exist.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), opened: OnceLock::new() }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Creates the database by `make`, which gets a connection to an empty one, if there is none. Checks that an existing one is
    /// ours before anything is changed in it, and makes it readable for its owner only.
    ///
    /// # Errors
    /// The file is empty or has no tables, another program made it, its write-ahead log was left without it, or the system
    /// refuses.
    pub async fn prepare(&self, make: impl AsyncFnOnce(&mut SqliteConnection) -> sqlx::Result<()>) -> sqlx::Result<()> {
        match fs::metadata(&self.path) {
            Ok(file) if file.len() == 0 => return Err(truncated("it is empty")),
            Ok(_) => {
                self.recognise().await?;
                fs::set_permissions(&self.path, fs::Permissions::from_mode(0o600))?;
            }
            Err(error) if error.kind() == ErrorKind::NotFound && self.beside("-wal").exists() => {
                return Err(damaged(
                    "it is gone, but its write-ahead log (-wal) is there: restore the file, or remove the log to begin \
                     a new one",
                ));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => self.create(make).await?,
            Err(error) => return Err(error.into()),
        }
        let id = id_of(&self.path)?;
        self.opened.get_or_init(|| id);
        Ok(())
    }

    async fn create(&self, make: impl AsyncFnOnce(&mut SqliteConnection) -> sqlx::Result<()>) -> sqlx::Result<()> {
        let unfinished = self.beside(".unfinished");
        // One that an earlier process did not finish.
        match fs::remove_file(&unfinished) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            Ok(()) | Err(_) => {}
        }
        fs::OpenOptions::new().create_new(true).append(true).mode(0o600).open(&unfinished)?;
        let mut connection = SqliteConnectOptions::new().filename(&unfinished).connect().await?;
        make(&mut connection).await?;
        connection.close().await?;
        Ok(fs::rename(&unfinished, &self.path)?)
    }

    /// Checks that the file is a database of ours. Changes nothing in it.
    async fn recognise(&self) -> sqlx::Result<()> {
        let mut connection = SqliteConnectOptions::new().filename(&self.path).read_only(true).connect().await?;
        let tables = sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table'");
        let tables: Vec<String> = tables.fetch_all(&mut connection).await?;
        connection.close().await?;
        if tables.is_empty() {
            return Err(truncated("it has no tables"));
        }
        if !tables.iter().any(|table| table == "_sqlx_migrations") {
            let sentence = "it belongs to another program and was not changed; choose another folder with --data-dir";
            return Err(damaged(sentence));
        }
        Ok(())
    }

    /// Checks that the path still leads to the file that was opened: what is written to a removed file is lost.
    ///
    /// # Errors
    /// The file is gone, another one has its name, or it cannot be looked at.
    pub fn check_in_place(&self) -> io::Result<()> {
        match (self.opened.get(), id_of(&self.path)) {
            (Some(opened), Ok(found)) if *opened != found => {
                Err(io::Error::other(format!("{} was replaced while it was open", self.path.display())))
            }
            (_, Ok(_)) => Ok(()),
            (_, Err(error)) if error.kind() == ErrorKind::NotFound => {
                Err(io::Error::new(error.kind(), format!("{} is gone", self.path.display())))
            }
            (_, Err(error)) => {
                Err(io::Error::new(error.kind(), format!("{} cannot be checked: {error}", self.path.display())))
            }
        }
    }

    /// The path with something behind the file's name.
    pub fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = self.path.as_os_str().to_owned();
        name.push(suffix);
        name.into()
    }
}

fn truncated(what: &str) -> sqlx::Error {
    damaged(&format!(
        "{what}, so it was truncated: restore a backup, or remove it and the files named after it to begin a new one"
    ))
}

fn damaged(sentence: &str) -> sqlx::Error {
    io::Error::new(ErrorKind::InvalidData, sentence).into()
}

fn id_of(file: &Path) -> io::Result<(u64, u64)> {
    let file = fs::metadata(file)?;
    Ok((file.dev(), file.ino()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use tempfile::TempDir;

    async fn create(connection: &mut SqliteConnection) -> sqlx::Result<()> {
        sqlx::raw_sql("CREATE TABLE _sqlx_migrations (version INTEGER)").execute(connection).await.map(drop)
    }

    async fn open(file: &SqliteFile) -> sqlx::Result<()> {
        file.prepare(create).await
    }

    #[tokio::test]
    async fn creates_a_private_file_once() {
        let folder = TempDir::new().unwrap();
        let file = SqliteFile::new(&folder.path().join("a.db"));
        open(&file).await.unwrap();
        open(&file).await.unwrap();
        assert_eq!(fs::metadata(file.path()).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[tokio::test]
    async fn refuses_empty_foreign_and_orphaned_files() {
        let folder = TempDir::new().unwrap();
        let at = |name: &str| SqliteFile::new(&folder.path().join(name));
        fs::write(at("empty").path(), "").unwrap();
        fs::write(at("gone-wal").path(), "").unwrap();
        let tables = [("blank", "PRAGMA user_version = 1"), ("foreign", "CREATE TABLE notes (text TEXT)")];
        for (name, sql) in tables {
            let options = SqliteConnectOptions::new().filename(at(name).path()).create_if_missing(true);
            let mut connection = options.connect().await.unwrap();
            sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
        for (name, says) in
            [("empty", "empty"), ("gone", "gone"), ("blank", "no tables"), ("foreign", "another program")]
        {
            let before = fs::read(at(name).path()).ok();
            let error = open(&at(name)).await.unwrap_err().to_string();
            assert!(error.contains(says), "{name}: {error}");
            assert_eq!(fs::read(at(name).path()).ok(), before, "{name}");
        }
    }

    #[tokio::test]
    async fn notices_that_its_file_was_removed_or_replaced() {
        let folder = TempDir::new().unwrap();
        let file = SqliteFile::new(&folder.path().join("a.db"));
        open(&file).await.unwrap();
        file.check_in_place().unwrap();
        let kept = file.beside(".kept");
        fs::rename(file.path(), &kept).unwrap();
        assert!(file.check_in_place().unwrap_err().to_string().contains("is gone"));
        fs::copy(&kept, file.path()).unwrap();
        assert!(file.check_in_place().unwrap_err().to_string().contains("was replaced"));
        fs::rename(&kept, file.path()).unwrap();
        file.check_in_place().unwrap();
    }
}
