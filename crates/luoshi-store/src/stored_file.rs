//! The register of kept files: whose bytes lie where, who refers to them, and which are about to go.
//!
//! The rule that no referenced file is ever removed rests on three sentences. A row is written before its bytes, so no bytes are unknown.
//! Whoever refers to a file takes hold of its row in the same transaction as the reference, and the sweep condemns a row in the same
//! transaction as it looks for references; both change the row under a condition that the other one breaks, so that where they meet one
//! waits for the other and then sees what it did, whatever else an engine lets transactions see. A condemned row is never taken up
//! again, and the same bytes get another place, so that a late removal can only remove what nobody refers to.
//!
//! It moves no bytes.

use jiff::Timestamp;
use luoshi_ledger::ids::{DocumentId, EvidenceId, OrganisationId};
use uuid::Uuid;

use crate::{
    engine::{FromRow, Row, values},
    error::StoreError,
    snapshot::{Snapshot, Transaction},
};

const KEPT: &str = "
    select place, organisation, sha256, byte_count from stored_file
    where organisation = $1 and sha256 = $2 and stored_at is not null and condemned_at is null";

/// What a body's files take, those included that are still on their way.
const BYTES_OF: &str = "
    select cast(coalesce(sum(byte_count), 0) as bigint) from stored_file
    where organisation = $1 and condemned_at is null";

const BEGIN: &str = "
    insert into stored_file (place, organisation, sha256, byte_count, used_at, stored_at, condemned_at)
    values ($1, $2, $3, $4, $5, null, null)";

const FINISH: &str = "
    update stored_file set stored_at = $2, used_at = $2
    where place = $1 and stored_at is null and condemned_at is null";

const HOLD: &str = "
    update stored_file set used_at = $3
    where organisation = $1 and sha256 = $2 and stored_at is not null and condemned_at is null";

/// Rows that nothing refers to. One that is still on its way is referred to by nothing, also where the same bytes lie at another place.
const UNREFERENCED: &str = "
    select place, organisation, sha256, byte_count from stored_file
    where condemned_at is null and used_at < $1 and (stored_at is null or (
        not exists (select 1 from draft_evidence
            where draft_evidence.organisation = stored_file.organisation
                and draft_evidence.sha256 = stored_file.sha256)
        and not exists (select 1 from evidence
            where evidence.organisation = stored_file.organisation and evidence.sha256 = stored_file.sha256)
        and not exists (select 1 from document
            where stored_file.organisation = $2 and document.sha256 = stored_file.sha256)))
    order by used_at, place";

const CONDEMN: &str = "update stored_file set condemned_at = $2 where place = $1 and condemned_at is null";

/// Only where nobody has taken hold of it since it was looked at.
const CONDEMN_UNUSED: &str = "
    update stored_file set condemned_at = $2 where place = $1 and condemned_at is null and used_at < $3";

const CONDEMN_ERASED: &str = "update stored_file set condemned_at = $2 where sha256 = $1 and condemned_at is null";

const CONDEMNED: &str = "
    select place, organisation, sha256, byte_count from stored_file
    where condemned_at is not null order by condemned_at, place";

const FORGET: &str = "delete from stored_file where place = $1 and condemned_at is not null";

const EVIDENCE_AFTER: &str = "
    select evidence.id, evidence.name, evidence.sha256, evidence.byte_count, stored_file.place, evidence.organisation
    from evidence
    left join stored_file on stored_file.organisation = evidence.organisation
        and stored_file.sha256 = evidence.sha256 and stored_file.stored_at is not null
        and stored_file.condemned_at is null
    where evidence.id > $1 order by evidence.id limit $2";

const DOCUMENTS_AFTER: &str = "
    select document.id, document.file_name, document.sha256, document.byte_count, stored_file.place, null
    from document
    left join stored_file on stored_file.organisation = $3 and stored_file.sha256 = document.sha256
        and stored_file.stored_at is not null and stored_file.condemned_at is null
    where document.id > $1 order by document.id limit $2";

const KEPT_AFTER: &str = "
    select place, organisation, sha256, byte_count from stored_file
    where stored_at is not null and condemned_at is null and place > $1 order by place limit $2";

const COUNT_REFERRED: &str = "select (select count(*) from document) + (select count(*) from evidence)";

/// The owner of the source documents: the site itself. No body has this id.
static SITE: OrganisationId = OrganisationId(Uuid::nil());

/// Bytes at their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// The place, used once.
    pub place: Uuid,
    /// Whose file it is; [`StoredFile::SITE`] for source documents.
    pub organisation: OrganisationId,
    /// SHA-256 of the bytes, 64 hexadecimal digits.
    pub sha256: String,
    /// Number of bytes.
    pub byte_count: u64,
}

impl StoredFile {
    /// The owner of the source documents, which belong to the site and to no body.
    pub const SITE: OrganisationId = OrganisationId(Uuid::nil());
}

/// What became of a file whose bytes are durable at their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finished {
    /// It is kept.
    Kept,
    /// The same bytes of the same body were there first; this place is condemned.
    Already(StoredFile),
    /// It took longer than the grace of the sweep, which has condemned the place.
    Condemned,
}

/// A file that the record refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptFile {
    /// The evidence or the document.
    pub id: Uuid,
    /// Its name; empty where it was erased.
    pub name: String,
    /// Whose it is; [`StoredFile::SITE`] for documents.
    pub organisation: OrganisationId,
    /// SHA-256 of the bytes, 64 hexadecimal digits.
    pub sha256: String,
    /// Number of bytes.
    pub byte_count: u64,
    /// Where the bytes lie; none where the register does not know.
    pub place: Option<Uuid>,
}

impl FromRow for StoredFile {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            place: row.take()?,
            organisation: row.take()?,
            sha256: row.take()?,
            byte_count: row.take()?,
        })
    }
}

impl FromRow for KeptFile {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.take()?,
            name: row.take()?,
            sha256: row.take()?,
            byte_count: row.take()?,
            place: row.take()?,
            organisation: row.take::<Option<OrganisationId>>()?.unwrap_or(SITE),
        })
    }
}

impl Snapshot<'_> {
    /// Where the bytes with this hash lie that `organisation` keeps; none where it keeps none, whatever others keep.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn stored_file(&self, organisation: OrganisationId, sha256: &str) -> Result<Option<StoredFile>, StoreError> {
        self.connection.optional(KEPT, values![&organisation, sha256])
    }

    /// How many bytes the files of a body take.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn stored_bytes(&self, organisation: OrganisationId) -> Result<u64, StoreError> {
        let (bytes,) = self.connection.one(BYTES_OF, values![&organisation])?;
        Ok(bytes)
    }

    /// Files that nothing refers to and that nobody has used since `before`; the ones unused longest come first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn unreferenced_files(&self, before: Timestamp) -> Result<Vec<StoredFile>, StoreError> {
        self.connection.all(UNREFERENCED, values![before, &SITE])
    }

    /// Files whose bytes are to be removed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn condemned_files(&self) -> Result<Vec<StoredFile>, StoreError> {
        self.connection.all(CONDEMNED, &[])
    }

    /// Evidence that reports were ever handed in with, by id, at most `limit` after `after`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn evidence_files(&self, after: EvidenceId, limit: u32) -> Result<Vec<KeptFile>, StoreError> {
        self.connection.all(EVIDENCE_AFTER, values![&after, limit])
    }

    /// Source documents by id, at most `limit` after `after`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn document_files(&self, after: DocumentId, limit: u32) -> Result<Vec<KeptFile>, StoreError> {
        self.connection.all(DOCUMENTS_AFTER, values![&after, limit, &SITE])
    }

    /// Files whose bytes are kept, of reports, drafts and documents, by place, at most `limit` after `after`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn kept_files(&self, after: Uuid, limit: u32) -> Result<Vec<StoredFile>, StoreError> {
        self.connection.all(KEPT_AFTER, values![&after, limit])
    }

    /// How many files the record refers to: source documents and evidence, each as often as it came.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn referred_file_count(&self) -> Result<u64, StoreError> {
        self.connection.one::<(u64,)>(COUNT_REFERRED, &[]).map(|(count,)| count)
    }
}

impl Transaction<'_> {
    /// Registers bytes that are about to be written.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] where the place is taken.
    pub fn begin_file(&mut self, file: &StoredFile, at: Timestamp) -> Result<(), StoreError> {
        self.connection
            .execute(
                BEGIN,
                values![&file.place, &file.organisation, &file.sha256, file.byte_count, at],
            )
            .map(|_| ())
    }

    /// Makes a file one that can be referred to. Its bytes are durable by now.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn finish_file(&mut self, file: &StoredFile, at: Timestamp) -> Result<Finished, StoreError> {
        if let Some(kept) = self.hold_file(file.organisation, &file.sha256, at)? {
            self.connection.execute(CONDEMN, values![&file.place, at])?;
            return Ok(Finished::Already(kept));
        }
        match self.connection.execute(FINISH, values![&file.place, at]) {
            Ok(0) => Ok(Finished::Condemned),
            Ok(_) => Ok(Finished::Kept),
            Err(error @ StoreError::Constraint(_)) => {
                // Somebody else finished the same bytes at the same moment; run again, the work will find them.
                self.connection.came_second();
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    /// Takes hold of a kept file, so that a reference can be written in the same transaction; none where it is not kept.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn hold_file(
        &mut self,
        organisation: OrganisationId,
        sha256: &str,
        at: Timestamp,
    ) -> Result<Option<StoredFile>, StoreError> {
        match self.connection.execute(HOLD, values![&organisation, sha256, at])? {
            0 => Ok(None),
            _ => self.stored_file(organisation, sha256),
        }
    }

    /// Condemns every file that nothing refers to and that nobody has used since `before`. Their bytes may go once this is committed.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn condemn_unreferenced_files(
        &mut self,
        before: Timestamp,
        at: Timestamp,
    ) -> Result<Vec<StoredFile>, StoreError> {
        let mut files = self.unreferenced_files(before)?;
        // In one order for all who hold several, so that two of them never wait for each other.
        files.sort_by(|left, right| (&left.sha256, left.place).cmp(&(&right.sha256, right.place)));
        let mut condemned = Vec::with_capacity(files.len());
        for file in files {
            if self
                .connection
                .execute(CONDEMN_UNUSED, values![&file.place, at, before])?
                == 1
            {
                condemned.push(file);
            }
        }
        Ok(condemned)
    }

    /// Condemns the bytes with this hash wherever they are kept, because the law has them destroyed: the record goes on referring to them and
    /// says that they went.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn condemn_erased_file(&mut self, sha256: &str, at: Timestamp) -> Result<(), StoreError> {
        self.connection.execute(CONDEMN_ERASED, values![sha256, at]).map(|_| ())
    }

    /// Forgets a condemned file once its bytes are gone; any other is left alone.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn forget_file(&mut self, place: Uuid) -> Result<(), StoreError> {
        self.connection.execute(FORGET, values![&place]).map(|_| ())
    }
}
