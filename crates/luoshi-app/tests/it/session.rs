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
    assert_eq!(
        site.app.session(&token).await.unwrap().unwrap().account.sign_in_name,
        "填报"
    );
    assert!(site.app.session("0000").await.unwrap().is_none());
    site.at("2026-03-02T01:29:00Z");
    assert!(site.app.session(&token).await.unwrap().is_some());
    site.at("2026-03-02T02:30:00Z");
    assert!(
        site.app.session(&token).await.unwrap().is_none(),
        "idle for more than half an hour"
    );
    let token = site.app.sign_in("填报", PASSWORD, HERE).await.unwrap();
    site.app.sign_out(&token).await.unwrap();
    assert!(site.app.session(&token).await.unwrap().is_none());
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
    let person = site.app.session(&token).await.unwrap().unwrap();
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
    assert!(site.app.session(&other).await.unwrap().is_none());
    assert!(!site.app.session(&token).await.unwrap().unwrap().must_change_password);
}

/// Each of them found the count of the first when it came in, so that the limit held for one after the other only.
#[tokio::test]
async fn guessing_all_at_once_tries_no_more_than_one_after_the_other() {
    let site = site_with_clerk().await;
    let tries: Vec<_> = (0..60)
        .map(|_| {
            let app = std::sync::Arc::clone(&site.app);
            tokio::spawn(async move { app.sign_in("填报", "wrong", THERE).await })
        })
        .collect();
    let mut tried = 0;
    for answer in tries {
        match answer.await.unwrap() {
            Err(SignInError::WrongNameOrPassword) => tried += 1,
            Err(SignInError::TooManyAttempts { .. }) => {}
            other => panic!("{other:?}"),
        }
    }
    // Four passwords are looked at at once, so that three may be under way when the tenth is counted.
    assert!((10..=13).contains(&tried), "{tried}");
    assert!(site.app.sign_in("填报", PASSWORD, HERE).await.is_ok());
}

/// The attempt was forgotten with the request that asked for it, and its place among the four was free while the work went on.
#[tokio::test]
async fn an_attempt_counts_when_nobody_waits_for_its_answer() {
    let site = site_with_clerk().await;
    for _ in 0..10 {
        let attempt = site.app.sign_in("填报", "wrong", THERE);
        assert!(
            tokio::time::timeout(std::time::Duration::ZERO, attempt).await.is_err(),
            "the client hangs up at once"
        );
    }
    // Turns are taken in order, so that after a few honest people the attempts are over.
    for _ in 0..5 {
        site.app.sign_in("填报", PASSWORD, HERE).await.unwrap();
    }
    let answer = site.app.sign_in("填报", PASSWORD, THERE).await;
    assert!(matches!(answer, Err(SignInError::TooManyAttempts { .. })), "{answer:?}");
}

/// A client of IPv6 has a whole network, and a socket for both protocols shows the older one's addresses in the newer one's form.
#[tokio::test]
async fn an_origin_is_a_network_of_the_newer_protocol() {
    let site = site_with_clerk().await;
    for host in 1..=10 {
        let from = format!("2001:db8:1:2::{host:x}").parse().unwrap();
        let answer = site.app.sign_in("填报", "wrong", from).await;
        assert!(matches!(answer, Err(SignInError::WrongNameOrPassword)), "{answer:?}");
    }
    let same: IpAddr = "2001:db8:1:2:ffff::1".parse().unwrap();
    let answer = site.app.sign_in("填报", PASSWORD, same).await;
    assert!(matches!(answer, Err(SignInError::TooManyAttempts { .. })), "{answer:?}");
    let other: IpAddr = "2001:db8:1:3::1".parse().unwrap();
    assert!(site.app.sign_in("填报", PASSWORD, other).await.is_ok());
    for _ in 0..10 {
        let _wrong = site.app.sign_in("填报", "wrong", THERE).await;
    }
    let mapped: IpAddr = "::ffff:192.0.2.7".parse().unwrap();
    let answer = site.app.sign_in("填报", PASSWORD, mapped).await;
    assert!(matches!(answer, Err(SignInError::TooManyAttempts { .. })), "{answer:?}");
}

/// A session that was left open let anybody try as many passwords as they liked.
#[tokio::test]
async fn the_present_password_cannot_be_found_out_by_trying() {
    let site = site_with_clerk().await;
    let token = site.app.sign_in("填报", PASSWORD, HERE).await.unwrap();
    let person = site.app.session(&token).await.unwrap().unwrap();
    let change = |old: &'static str| {
        let (app, person, token) = (site.app.clone(), person.clone(), token.clone());
        async move {
            app.change_password(&person, &token, old, "一个足够长的新口令-2026")
                .await
        }
    };
    for _ in 0..10 {
        assert!(matches!(change("wrong").await, Err(ChangePasswordError::WrongPassword)));
    }
    assert!(matches!(
        change(PASSWORD).await,
        Err(ChangePasswordError::TooManyAttempts)
    ));
    site.at("2026-03-02T01:16:00Z");
    assert!(change(PASSWORD).await.is_ok());
}
