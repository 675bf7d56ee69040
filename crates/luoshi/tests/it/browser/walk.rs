//! The main way through the house as three people walk it who read only what the screen says: from a document to a verified, published figure.

use luoshi_types::Language;

use super::{
    driver::{Browser, Driver, PHONE},
    equipment,
    site::{self, Account, Server, Site},
};

/// What everybody here changes a one-time password to.
const OWN_PASSWORD: &str = "春江潮水连海平 2026";

/// A document of a place that does not exist. Its second task names no body.
fn document(year: &str) -> String {
    let lines = [
        "云岫市人民政府",
        "关于落实YEAR年《政府工作报告》重点工作分工的意见",
        "云政发〔YEAR〕1号",
        "各县（区）人民政府，市政府各部门、各直属机构：",
        "　　为全面完成YEAR年《政府工作报告》提出的目标任务，现就重点工作提出如下分工意见。",
        "　　一、办好民生实事",
        "　　（一）办好人民满意的教育。新建改扩建公办幼儿园12所，新增学前教育学位3600个。（牵头单位：市教育局；配合单位：市财政局、市自然资源局）",
        "　　（二）提升便民服务水平。建成一刻钟便民生活圈8个。",
        "　　二、筑牢生态屏障",
        "　　（三）推进国土绿化。完成新造林面积2万亩以上。（责任单位：市林业局）",
        "云岫市人民政府",
        "YEAR年1月15日",
    ];
    lines.join("\n\n").replace("YEAR", year)
}

/// Signs in by what stands on the page in the language of the browser.
pub(super) async fn sign_in(browser: &Browser, server: &Server, account: &Account) {
    let (name, password, sign_in, sign_out) = match browser.language {
        Language::Chinese => ("用户名", "密码", "登录", "退出"),
        Language::English => ("User name", "Password", "Sign in", "Sign out"),
    };
    browser.go(&server.at("/")).await;
    browser.fill(name, &account.name).await;
    browser.fill(password, &account.password).await;
    browser.press_beside(sign_in, password).await;
    browser.sees(sign_out).await;
}

/// Signs in for the first time: the one-time password has to be changed before anything else.
async fn sign_in_first(browser: &Browser, server: &Server, account: &Account) {
    sign_in(browser, server, account).await;
    browser.sees("您现在用的是一次性密码").await;
    browser.fill("现在的密码", &account.password).await;
    browser.fill("新密码", OWN_PASSWORD).await;
    browser.fill("再输一遍新密码", OWN_PASSWORD).await;
    browser.press_beside("修改密码", "再输一遍新密码").await;
    browser.sees("密码已修改").await;
    browser.press("首页").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn walk() {
    let Some(equipment) = equipment::find("walk") else {
        return;
    };
    let site = Site::empty();
    let office = site.create_office();
    let server = site.serve();
    let driver = Driver::start(&equipment);

    let supervisor = driver.open(Language::Chinese).await;
    sign_in_first(&supervisor, &server, &office).await;
    let year = year_on_screen(&supervisor).await;
    import(&supervisor, &site, &year).await;
    adopt(&supervisor).await;
    supervisor.press("去印发").await;
    supervisor.press("印发计划").await;
    supervisor.sees("已印发").await;

    let accounts = site.create_accounts();
    let clerk = driver.open(Language::Chinese).await;
    clerk.resize(PHONE).await;
    sign_in_first(&clerk, &server, &site::of(&accounts, "教育局", "填报")).await;
    let head = driver.open(Language::Chinese).await;
    sign_in_first(&head, &server, &site::of(&accounts, "教育局", "审核")).await;

    // The clerk reports; the head lets it through; the office sends it back; the clerk mends it.
    clerk.press("待办").await;
    clerk.press("办好人民满意的教育").await;
    report(&clerk, "7", "已开工9所，竣工投用7所。").await;
    approve(&head).await;
    supervisor.press("核验").await;
    supervisor.press("办好人民满意的教育").await;
    supervisor.fill("退回原因", "竣工数与验收备案不一致，请核对。").await;
    supervisor.press("退回修改").await;
    supervisor.sees("没有待核验的进展").await;
    clerk.press("待办").await;
    clerk.sees("已退回").await;
    clerk.press("办好人民满意的教育").await;
    clerk.sees("竣工数与验收备案不一致，请核对。").await;
    report(&clerk, "6", "已开工9所，验收备案6所。").await;
    approve(&head).await;
    verify_and_publish(&supervisor).await;

    // Anybody reads the promise and the figure, and not what the clerk wrote.
    let visitor = driver.open(Language::Chinese).await;
    visitor.go(&server.at("/")).await;
    visitor.press("公开").await;
    visitor
        .press(&format!(
            "云岫市人民政府关于落实{year}年《政府工作报告》重点工作分工的意见"
        ))
        .await;
    visitor.press("（一）办好人民满意的教育").await;
    visitor.sees("新建改扩建公办幼儿园12所").await;
    visitor.sees("已核验").await;
    visitor.sees("公办幼儿园 6所 6所").await;
    visitor.does_not_see("验收备案6所").await;
    visitor.does_not_see("不一致").await;
    visitor.press("English").await;
    visitor.sees("Verified").await;

    for browser in [supervisor, clerk, head, visitor] {
        browser.close().await;
    }
    drop(server);
    let said = site.luoshi(&["verify"]);
    assert!(said.contains("没有发现不一致"), "{said}");
}

/// A report is filed where the browser runs no scripts: on old machines and behind strict settings.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_scripts() {
    let Some(equipment) = equipment::find("without_scripts") else {
        return;
    };
    let site = Site::empty();
    let office = site.create_office();
    let file = site.file("分工意见.txt");
    site::write(&file, &document("2026"));
    site.luoshi(&["import", file.to_str().unwrap(), "--adopt"]);
    let accounts = site.create_accounts();
    let server = site.serve();
    let driver = Driver::start(&equipment);

    let supervisor = driver.open(Language::Chinese).await;
    supervisor.without_scripts().await;
    sign_in_first(&supervisor, &server, &office).await;
    supervisor.press("文件").await;
    supervisor.press("查看计划").await;
    supervisor.press("印发计划").await;
    supervisor.sees("已印发").await;

    let clerk = driver.open(Language::Chinese).await;
    clerk.without_scripts().await;
    clerk.resize(PHONE).await;
    sign_in_first(&clerk, &server, &site::of(&accounts, "教育局", "填报")).await;
    clerk.press("办好人民满意的教育").await;
    // A mistake keeps what was written.
    clerk.fill_about("幼儿园", "七所").await;
    clerk.fill("当前进展", "竣工投用7所。").await;
    clerk.press("报送").await;
    clerk.sees("指标完成数应为数字").await;
    // Nor does a file that is refused, or one that is taken.
    let page = site.file("网页.txt");
    site::write(&page, "<!DOCTYPE html><script>alert(1)</script>");
    clerk.fill("选择文件", page.to_str().unwrap()).await;
    clerk.press("添加文件").await;
    clerk.sees("不接收").await;
    let list = site.file("竣工清单.csv");
    site::write(&list, "幼儿园,竣工日期\n云岫一幼,3月1日\n");
    clerk.fill("选择文件", list.to_str().unwrap()).await;
    clerk.press("添加文件").await;
    clerk.sees("竣工清单.csv").await;
    clerk.fill_about("幼儿园", "7").await;
    clerk.press("报送").await;
    clerk.sees("回执编号").await;
    clerk.press("继续办理其他事项").await;
    clerk.press("待办").await;
    clerk.sees("待审核").await;
    clerk.press("办好人民满意的教育").await;
    clerk.sees("竣工清单.csv").await;

    supervisor.close().await;
    clerk.close().await;
}

/// Imports the document of a year by upload, up to its review.
pub(super) async fn import(supervisor: &Browser, site: &Site, year: &str) {
    let file = site.file(&format!("分工意见{year}.txt"));
    site::write(&file, &document(year));
    supervisor.press("文件").await;
    supervisor.press("导入文件").await;
    supervisor.fill("文件", file.to_str().unwrap()).await;
    supervisor.press("导入并开始审阅").await;
    supervisor.sees("待确认（1 项）").await;
    supervisor.sees("没有写明责任单位").await;
}

/// Answers the one question that the review asks, and adopts.
pub(super) async fn adopt(supervisor: &Browser) {
    supervisor.press("从第一处疑问开始").await;
    supervisor.sees("建成一刻钟便民生活圈8个").await;
    supervisor.fill_cell("单位名称", 1, "云岫市商务局").await;
    supervisor.tick_cell("报送", 1).await;
    supervisor.press("保存").await;
    supervisor.sees("没有待确认的任务").await;
    supervisor.press("去采纳").await;
    supervisor.press("采纳为台账").await;
    supervisor.sees("已采纳，未印发").await;
}

/// The year as the home page states the date.
async fn year_on_screen(browser: &Browser) -> String {
    browser.sees("今天是").await;
    let page = browser.reads().await;
    let (_, rest) = page.split_once("今天是").unwrap();
    let year: String = rest
        .chars()
        .skip_while(|letter| !letter.is_ascii_digit())
        .take(4)
        .collect();
    assert!(
        year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()),
        "{page}"
    );
    year
}

/// Fills in the form of the task on kindergartens and hands it in.
async fn report(clerk: &Browser, kindergartens: &str, done: &str) {
    clerk.sees("填报进展").await;
    clerk.fill_about("幼儿园", kindergartens).await;
    clerk.fill("当前进展", done).await;
    clerk.press("报送").await;
    clerk.sees("已收到").await;
    clerk.sees("回执编号").await;
    clerk.press("继续办理其他事项").await;
}

async fn approve(head: &Browser) {
    head.press("审核").await;
    head.press("办好人民满意的教育").await;
    head.press("审核通过").await;
    head.sees("没有待审核的进展").await;
}

async fn verify_and_publish(supervisor: &Browser) {
    supervisor.press("核验").await;
    supervisor.press("办好人民满意的教育").await;
    supervisor.tick("查阅资料").await;
    supervisor.fill_about("幼儿园", "6").await;
    supervisor.fill("核验结论", "与验收备案一致。").await;
    supervisor.press("确认核验").await;
    supervisor.sees("没有待核验的进展").await;
    supervisor.press("台账").await;
    supervisor.press("办好人民满意的教育").await;
    supervisor.press("向社会公开").await;
    supervisor.sees("已公开").await;
}
