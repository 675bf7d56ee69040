//! Rows as the server answers with them: whole, or each as one value among the rows of other questions that were asked in the same statement.
//!
//! What the values mean is the rooms'.

use std::{error::Error, ops::Range};

use tokio_postgres::types::{FromSql, Type};

use crate::{engine::ColumnValue, error::StoreError};

/// A row of an answer.
pub(crate) enum AnsweredRow {
    /// Of a question that was asked alone.
    Whole(tokio_postgres::Row),
    /// Of one among several.
    Part(Record),
}

impl AnsweredRow {
    /// How many columns it has.
    pub(crate) fn width(&self) -> usize {
        match self {
            AnsweredRow::Whole(row) => row.len(),
            AnsweredRow::Part(record) => record.fields.len(),
        }
    }

    /// A column as it is.
    pub(crate) fn column(&self, index: usize) -> Result<ColumnValue<'_>, StoreError> {
        let unreadable = || StoreError::Unreadable {
            column: self.name(index),
        };
        let (kind, bytes) = match self {
            AnsweredRow::Whole(row) => {
                let kind = row.columns().get(index).map(tokio_postgres::Column::type_);
                let Raw(bytes) = row.try_get(index)?;
                (kind.cloned(), bytes)
            }
            AnsweredRow::Part(record) => {
                let field = record.fields.get(index).ok_or_else(unreadable)?;
                let bytes = field.value.clone().and_then(|value| record.bytes.get(value));
                (Type::from_oid(field.kind), bytes)
            }
        };
        let Some(bytes) = bytes else {
            return Ok(ColumnValue::Null);
        };
        let value = match kind {
            Some(kind @ Type::INT8) => i64::from_sql(&kind, bytes).map(ColumnValue::Integer),
            Some(kind @ Type::INT4) => i32::from_sql(&kind, bytes).map(|value| ColumnValue::Integer(value.into())),
            // SQLite has no truth values; a condition is 0 or 1 there.
            Some(kind @ Type::BOOL) => bool::from_sql(&kind, bytes).map(|value| ColumnValue::Integer(value.into())),
            Some(kind @ (Type::TEXT | Type::VARCHAR | Type::NAME)) => {
                <&str>::from_sql(&kind, bytes).map(ColumnValue::Text)
            }
            Some(Type::BYTEA) => Ok(ColumnValue::Blob(bytes)),
            Some(kind @ Type::FLOAT8) => f64::from_sql(&kind, bytes).map(ColumnValue::Real),
            _ => return Err(unreadable()),
        };
        value.map_err(|_| unreadable())
    }

    /// The name of a column, or its number where the server does not tell the name.
    pub(crate) fn name(&self, index: usize) -> String {
        let name = match self {
            AnsweredRow::Whole(row) => row.columns().get(index).map(|column| column.name().to_owned()),
            AnsweredRow::Part(_) => None,
        };
        name.unwrap_or_else(|| format!("({})", index + 1))
    }
}

/// The bytes of a column of any type; none for nothing.
struct Raw<'r>(Option<&'r [u8]>);

impl<'r> FromSql<'r> for Raw<'r> {
    fn from_sql(_: &Type, raw: &'r [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Raw(Some(raw)))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Raw(None))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// A row that is a value of the type `record`.
pub(crate) struct Record {
    bytes: Vec<u8>,
    fields: Vec<Field>,
}

/// A value inside a record.
struct Field {
    /// The number of its type.
    kind: u32,
    /// Where its bytes stand; none for nothing.
    value: Option<Range<usize>>,
}

/// As `record_send` of the server writes it: the number of columns, and for each the number of its type, its length, which is -1 for nothing, and
/// its bytes.
impl<'r> FromSql<'r> for Record {
    fn from_sql(_: &Type, raw: &'r [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        let word = |at: usize| -> Result<[u8; 4], &'static str> {
            let bytes = raw.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
            bytes.ok_or("a record ends early")
        };
        let count = usize::try_from(i32::from_be_bytes(word(0)?))?;
        let mut fields = Vec::new();
        let mut at = 4;
        for _ in 0..count {
            let kind = u32::from_be_bytes(word(at)?);
            let length = i32::from_be_bytes(word(at + 4)?);
            at += 8;
            let value = match usize::try_from(length) {
                Ok(length) if raw.len() - at >= length => Some(at..at + length),
                Ok(_) => return Err("a record ends early".into()),
                Err(_) => None,
            };
            at += value.as_ref().map_or(0, ExactSizeIterator::len);
            fields.push(Field { kind, value });
        }
        Ok(Self {
            bytes: raw.to_owned(),
            fields,
        })
    }

    fn accepts(kind: &Type) -> bool {
        *kind == Type::RECORD
    }
}

/// Sorts the rows of questions that were asked together by the question, which each row begins with.
pub(super) fn parted(
    rows: &[tokio_postgres::Row],
    questions: usize,
) -> Result<Vec<Vec<AnsweredRow>>, tokio_postgres::Error> {
    let mut answers: Vec<Vec<AnsweredRow>> = (0..questions).map(|_| Vec::new()).collect();
    for row in rows {
        let question: i32 = row.try_get(0)?;
        let record = row.try_get(1)?;
        let answer = usize::try_from(question)
            .ok()
            .and_then(|question| answers.get_mut(question));
        if let Some(answer) = answer {
            answer.push(AnsweredRow::Part(record));
        }
    }
    Ok(answers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_column_by_column_and_a_broken_one_is_refused() {
        let mut bytes = vec![0, 0, 0, 3];
        bytes.extend([0, 0, 0, 20, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 1, 2]);
        bytes.extend([0, 0, 0, 25, 0xff, 0xff, 0xff, 0xff]);
        bytes.extend([0, 0, 0, 25, 0, 0, 0, 3, b'a', b'b', b'c']);
        let row = AnsweredRow::Part(Record::from_sql(&Type::RECORD, &bytes).unwrap());
        assert_eq!(row.width(), 3);
        assert_eq!(row.column(0).unwrap(), ColumnValue::Integer(258));
        assert_eq!(row.column(1).unwrap(), ColumnValue::Null);
        assert_eq!(row.column(2).unwrap(), ColumnValue::Text("abc"));
        assert!(matches!(row.column(3), Err(StoreError::Unreadable { column }) if column == "(4)"));
        for end in 0..bytes.len() {
            let broken = Record::from_sql(&Type::RECORD, bytes.get(..end).unwrap());
            assert!(broken.is_err(), "{end}");
        }
    }
}
