//! Signing in, staying in, being thrown out.

use std::net::IpAddr;

use luoshi_app::session::{ChangePasswordError, SignInError};
use luoshi_ledger::{Actor, Role};

use crate::site::{PASSWORD, Site};

const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));

async fn site_with_clerk() -> Site {
    let (site, plan) = Site::issued().await;
    let body = site.rows(plan)[0].reporters[0].0;
    site.person("填报", Role::Clerk, body).await;
    site
}

#[tokio::test]
async fn a_session_ends_when_idle_or_old_or_signed_out() {
    let site = site_with_clerk().await;
    let token = site.app.sign_in("填报", PASSWORD, HERE).await.unwrap();
    assert_eq!(site.app.session(&token).unwrap().unwrap().account.sign_in_name, "填报");
    assert!(site.app.session("0000").unwrap().is_none());
    site.at("2026-03-02T01:29:00Z");
    assert!(site.app.session(&token).unwrap().is_some());
    site.at("2026-03-02T02:30:00Z");
    assert!(
        site.app.session(&token).unwrap().is_none(),
        "idle for more than half an hour"
    );
    let token = site.app.sign_in("填报", PASSWORD, HERE).await.unwrap();
    site.app.sign_out(&token).await.unwrap();
    assert!(site.app.session(&token).unwrap().is_none());
}

#[tokio::test]
async fn guessing_is_slowed_and_a_stranger_locks_nobody_out() {
    let site = site_with_clerk().await;
    for _ in 0..10 {
        let answer = site.app.sign_in("填报", "wrong", THERE).await;
        assert!(matches!(answer, Err(SignInError::WrongNameOrPassword)), "{answer:?}");
    }
    let answer = site.app.sign_in("填报", PASSWORD, THERE).await;
    assert!(
        matches!(
            answer,
            Err(SignInError::TooManyAttempts {
                retry_after_seconds: 1..=900
            })
        ),
        "{answer:?}"
    );
    assert!(site.app.sign_in("填报", PASSWORD, HERE).await.is_ok());
    site.at("2026-03-02T01:16:00Z");
    assert!(site.app.sign_in("填报", PASSWORD, THERE).await.is_ok());
    let unknown = site.app.sign_in("没有这个人", PASSWORD, HERE).await;
    assert!(matches!(unknown, Err(SignInError::WrongNameOrPassword)));
}

#[tokio::test]
async fn a_new_password_ends_other_sessions_and_the_duty_to_change() {
    let site = site_with_clerk().await;
    let reset = site.app.reset_password(&Actor::console(), "填报").await.unwrap();
    let token = site.app.sign_in("填报", &reset.password, HERE).await.unwrap();
    let other = site.app.sign_in("填报", &reset.password, THERE).await.unwrap();
    let person = site.app.session(&token).unwrap().unwrap();
    assert!(person.must_change_password);
    let change = async |old: &str, new: &str| site.app.change_password(&person, &token, old, new).await;
    assert!(matches!(
        change(&reset.password, "太短").await,
        Err(ChangePasswordError::UnsuitableLength)
    ));
    assert!(matches!(
        change("wrong", "一个足够长的新口令啊啊").await,
        Err(ChangePasswordError::UnsuitableLength)
    ));
    assert!(matches!(
        change("wrong", "一个足够长的新口令与数字七").await,
        Err(ChangePasswordError::WrongPassword)
    ));
    assert!(matches!(
        change(&reset.password, "aaaaaaaaaaaaaaaa").await,
        Err(ChangePasswordError::TooEasilyGuessed)
    ));
    change(&reset.password, "一个足够长的新口令与数字七").await.unwrap();
    assert!(site.app.session(&other).unwrap().is_none());
    assert!(!site.app.session(&token).unwrap().unwrap().must_change_password);
}
