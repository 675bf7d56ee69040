//! Somebody who uses the site with a browser: signs in, keeps the cookie, reads pages and fills in their forms.
//!
//! It knows how forms look, and nothing of what they mean.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, Result, anyhow, bail};

use crate::http::{Answer, BOUNDARY, Connection, Trouble, form, parts};

/// Time in which a page or the answer to a form has to come.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);
/// The password that everybody takes at the first sign-in.
const PASSWORD: &str = "correct-horse-battery";
/// The cookie of a session on plain http.
const SESSION_COOKIE: &str = "luoshi=";

/// Somebody at a browser. Clones are further windows of the same browser: they share the session and nothing else.
#[derive(Debug)]
pub(crate) struct Person {
    name: String,
    connection: Connection,
    cookie: Option<String>,
    /// The token that forms of this session carry.
    token: String,
}

impl Person {
    /// Somebody who has not signed in.
    pub(crate) fn new(name: &str, address: SocketAddr) -> Self {
        Self {
            name: name.to_owned(),
            connection: Connection::to(address, DEADLINE),
            cookie: None,
            token: String::new(),
        }
    }

    /// The same session in another window, at another address where the site was started anew.
    pub(crate) fn at(&self, address: SocketAddr) -> Self {
        self.at_within(address, DEADLINE)
    }

    /// The same session in another window.
    pub(crate) fn again(&self) -> Self {
        self.at(self.connection.address())
    }

    /// Where the window is open.
    pub(crate) fn address(&self) -> SocketAddr {
        self.connection.address()
    }

    /// As [`Person::at`], with a patience of its own.
    pub(crate) fn at_within(&self, address: SocketAddr, deadline: Duration) -> Self {
        Self {
            name: self.name.clone(),
            connection: Connection::to(address, deadline),
            cookie: self.cookie.clone(),
            token: self.token.clone(),
        }
    }

    /// Signs in with a one-time password and takes a lasting one.
    pub(crate) fn sign_in_first(&mut self, one_time: &str) -> Result<()> {
        self.sign_in_with(one_time)?;
        let page = self.get("/settings/password")?;
        self.token = hidden(&page.text(), "form_token").context("the form for a new password has no token")?;
        let fields = [("old", one_time), ("new", PASSWORD), ("again", PASSWORD)];
        let answer = self.submit("/settings/password", &fields)?;
        if answer.status != 303 {
            bail!("the new password of {} was answered with {}", self.name, answer.status);
        }
        Ok(())
    }

    /// Signs in with the lasting password.
    pub(crate) fn sign_in(&mut self) -> Result<()> {
        self.sign_in_with(PASSWORD)?;
        let page = self.get("/settings")?;
        self.token = hidden(&page.text(), "form_token").context("the settings have no form with a token")?;
        Ok(())
    }

    fn sign_in_with(&mut self, password: &str) -> Result<()> {
        self.cookie = None;
        let name = self.name.clone();
        let fields = owned(&[("name", &name), ("password", password)]);
        let answer = self.post("/sign-in", &fields)?;
        let cookie = answer
            .headers("set-cookie")
            .filter_map(|value| value.split(';').next())
            .find(|cookie| cookie.starts_with(SESSION_COOKIE));
        match (answer.status, cookie) {
            (303, Some(cookie)) => self.cookie = Some(cookie.to_owned()),
            (status, _) => bail!("{name} signed in and was answered with {status}"),
        }
        Ok(())
    }

    /// Reads a page, whatever its status is.
    pub(crate) fn get(&mut self, path: &str) -> Result<Answer, Trouble> {
        let headers = self.headers();
        self.connection.ask("GET", path, &headers, &[])
    }

    /// Reads a page that has to be there.
    pub(crate) fn page(&mut self, path: &str) -> Result<String> {
        let answer = self.get(path).with_context(|| path.to_owned())?;
        if answer.status != 200 {
            return Err(anyhow!("{path} was answered with {}", answer.status));
        }
        Ok(answer.text())
    }

    /// Sends a form of a signed-in page.
    pub(crate) fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<Answer, Trouble> {
        let mut fields = owned(fields);
        fields.push(("form_token".to_owned(), self.token.clone()));
        self.post(path, &fields)
    }

    /// Sends a form of a signed-in page in parts, with files of evidence.
    pub(crate) fn submit_with_files(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, String)],
    ) -> Result<Answer, Trouble> {
        let mut fields = owned(fields);
        // Before the files: nothing is read of a form that is not known to be this session's.
        fields.insert(0, ("form_token".to_owned(), self.token.clone()));
        self.send(
            path,
            &format!("multipart/form-data; boundary={BOUNDARY}"),
            &parts(&fields, files),
        )
    }

    /// Sends a form as it is.
    fn post(&mut self, path: &str, fields: &[(String, String)]) -> Result<Answer, Trouble> {
        self.send(path, "application/x-www-form-urlencoded", &form(fields))
    }

    fn send(&mut self, path: &str, kind: &str, body: &[u8]) -> Result<Answer, Trouble> {
        let mut headers = self.headers();
        headers.push(format!("content-type: {kind}"));
        headers.push(format!("origin: http://{}", self.connection.address()));
        headers.push("sec-fetch-site: same-origin".to_owned());
        self.connection.ask("POST", path, &headers, body)
    }

    fn headers(&self) -> Vec<String> {
        self.cookie.iter().map(|cookie| format!("cookie: {cookie}")).collect()
    }
}

fn owned(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// The value of the first hidden field of that name.
pub(crate) fn hidden(page: &str, name: &str) -> Option<String> {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\""))?;
    rest.split('"').next().map(str::to_owned)
}

/// Where links lead that begin with `start`, each once, in the order of the page.
pub(crate) fn links(page: &str, start: &str) -> Vec<String> {
    let mut links: Vec<String> = Vec::new();
    for rest in page.split("href=\"").skip(1) {
        let link = rest.split('"').next().unwrap_or_default().replace("&amp;", "&");
        if link.starts_with(start) && !links.contains(&link) {
            links.push(link);
        }
    }
    links
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_hidden_fields_and_links() {
        let page = r#"<input type="hidden" name="form_token" value="abc"><a href="/tasks/1">a</a><a href="/tasks/1">b</a><a href="/plans/2?a=1&amp;after=50">c</a>"#;
        assert_eq!(hidden(page, "form_token").as_deref(), Some("abc"));
        assert_eq!(hidden(page, "version"), None);
        assert_eq!(links(page, "/tasks/"), ["/tasks/1"]);
        assert_eq!(links(page, "/plans/"), ["/plans/2?a=1&after=50"]);
    }
}
