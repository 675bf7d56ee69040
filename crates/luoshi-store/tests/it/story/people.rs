//! Who is on a site, and the documents that it received.
//!
//! Sign-in and sessions are in `access`.

use luoshi_ledger::{
    Actor, Command, Role,
    command::OpenAccount,
    ids::{AccountId, OrganisationId},
    organisation::OrganisationKind,
};
use luoshi_store::{Constraint, Store, StoreError, WriteError};

use crate::scene::{No, Scene, at, give, next_id};

pub(super) fn people_and_documents(store: Store) {
    assert_eq!(store.read(|snapshot| snapshot.latest_instant()).unwrap(), None);
    assert_eq!(store.read(|snapshot| snapshot.latest_event_id()).unwrap(), None);
    let scene = Scene::before_adoption(store);
    scene
        .store
        .read(|snapshot| {
            let organisations = snapshot.organisations()?;
            assert_eq!(
                organisations
                    .iter()
                    .map(|organisation| organisation.name.as_str())
                    .collect::<Vec<_>>(),
                ["交通运输厅", "省政府督查室", "财政厅"]
            );
            let finance = snapshot.organisation(scene.finance)?.unwrap();
            assert_eq!(
                (
                    finance.version,
                    finance.name.as_str(),
                    finance.short_names,
                    finance.kind
                ),
                (1, "财政厅", vec!["财政厅".to_owned()], OrganisationKind::Department)
            );
            assert_eq!(snapshot.organisation(OrganisationId(next_id()))?, None);

            let account = snapshot.account_by_sign_in_name("clerk")?.unwrap();
            assert_eq!(account.actor(), scene.clerk);
            assert_eq!(snapshot.account(account.id)?, Some(account.clone()));
            assert_eq!(snapshot.account_by_sign_in_name("nobody")?, None);
            assert_eq!(snapshot.account_by_sign_in_name("")?, None);
            let accounts = snapshot.accounts()?;
            let summary = accounts.iter().find(|summary| summary.id == account.id).unwrap();
            assert_eq!(
                (
                    summary.display_name.as_str(),
                    summary.organisation_name.as_str(),
                    summary.roles.clone()
                ),
                ("clerk同志", "财政厅", vec![Role::Clerk])
            );
            assert_eq!(
                accounts
                    .iter()
                    .map(|account| account.sign_in_name.as_str())
                    .collect::<Vec<_>>(),
                ["roads", "supervisor", "clerk", "head"]
            );
            assert!(accounts.contains(summary));

            let document = snapshot.document(scene.document)?.unwrap();
            assert_eq!(
                (document.byte_count, document.received_by),
                (12_345, scene.supervisor.identity)
            );
            assert!(document.text.starts_with("一、经济"));
            let documents = snapshot.documents()?;
            assert_eq!((documents.len(), documents[0].plan), (1, None));
            assert_eq!(documents[0].file_name, "分工方案.docx");
            assert_eq!(snapshot.latest_instant()?, Some(at("2026-02-20T01:00:00Z")));
            Ok(())
        })
        .unwrap();

    // A name to sign in with is taken once; the store holds that, since no command can see every account.
    let taken = Command::OpenAccount(OpenAccount {
        account: AccountId(next_id()),
        sign_in_name: "clerk".to_owned(),
        display_name: "另一人".to_owned(),
        roles: vec![Role::Clerk],
        organisation: scene.roads,
    });
    let refused = give(&scene.store, &Actor::console(), taken, at("2026-02-21T01:00:00Z"));
    assert!(
        matches!(
            &refused,
            Err(WriteError::Refused(No::Store(StoreError::Constraint(
                Constraint::SignInName
            ))))
        ),
        "{refused:?}"
    );
    assert_eq!(scene.store.read(|snapshot| snapshot.accounts()).unwrap().len(), 4);
}
