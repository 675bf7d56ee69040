//! Pages, one feature each.

use luoshi_reader::{Limits, read};
use luoshi_types::SourceFormat;

use crate::support::{assert_sound, codes, outline};

#[track_caller]
fn check(page: &str, expected: &[&str]) {
    let document = read(page.as_bytes(), "page.html", &Limits::default());
    assert_sound(&document);
    assert_eq!(document.format, SourceFormat::Html);
    assert_eq!(outline(&document), expected);
    assert_eq!(codes(&document), [""; 0]);
}

#[test]
fn block_elements_become_blocks() {
    check(
        "<!DOCTYPE html><html><head><title>标题</title></head><body><h1>工作方案</h1><div>前<p>一、<b>总体</b>要求</p>后</div><section><h3>（一）</h3></section></body></html>",
        &["h1: 工作方案", "p: 前", "p: 一、总体要求", "p: 后", "h3: （一）"],
    );
}

#[test]
fn white_space_collapses_but_for_the_ideographic_space() {
    check(
        "<p>\n　　力争增长 \t 8%\n以上。\n（责任部门：\n发改委　财政厅）&nbsp;</p>",
        &["p: 力争增长 8% 以上。（责任部门：发改委　财政厅）"],
    );
    check("<p>a\n  b <i> c</i> d</p>", &["p: a b c d"]);
}

#[test]
fn line_breaks_part_blocks() {
    check(
        "<p>　　一、总体要求<br>　　二、重点任务<br/><br>三、</p>",
        &["p: 一、总体要求", "p: 二、重点任务", "p: 三、"],
    );
    check("<pre>一\n  二\n\n三</pre>", &["p: 一", "p: 二", "p: 三"]);
}

#[test]
fn what_is_no_text_of_the_page_is_left_out() {
    check(
        "<header>站名</header><nav>导航</nav><script>var a='<p>';</script><style>p{}</style><noscript>请启用</noscript><p>正文<!-- 注 --></p>
         <p hidden>隐</p><p style='color:red; DISPLAY: none'>藏</p><div style='visibility:hidden'>了</div><div role=navigation>航</div>
         <template><p>模</p></template><select><option>选</option></select><button>按</button><aside>旁</aside><footer>底</footer>
         <div title=header><p>页眉</p></div><p>注<a class=sdfootnoteanc href=#x><sup>1</sup></a></p><div id=sdfootnote1><p>脚注</p></div>",
        &["p: 正文", "p: 注"],
    );
    check(
        "<article><header><h1>题目</h1></header><p>正文</p></article>",
        &["h1: 题目", "p: 正文"],
    );
}

#[test]
fn deletions_are_reported() {
    let document = read(
        "<p>增长<del>7%</del><ins>8%</ins></p>".as_bytes(),
        "a.html",
        &Limits::default(),
    );
    assert_eq!(outline(&document), ["p: 增长8%"]);
    assert_eq!(codes(&document), ["tracked-changes"]);
}

#[test]
fn ordered_lists_show_their_numbers() {
    check(
        "<ol><li>甲<li value=5>乙<li><p>丙</p><p>丙二</p></ol><ol start=3 type=a><li>丁</ol><ol type=I reversed><li>戊<li>己</ol>",
        &[
            "p [1.]: 1. 甲",
            "p [5.]: 5. 乙",
            "p [6.]: 6. 丙",
            "p: 丙二",
            "p [c.]: c. 丁",
            "p [II.]: II. 戊",
            "p [I.]: I. 己",
        ],
    );
    check(
        "<ol style='list-style-type: cjk-ideographic'><li>甲<ol style='list-style: inside simp-chinese-formal'><li>乙</ol><li>丙</ol>
         <ol type=simp-chinese-informal start=11><li>丁</ol><ol style='list-style-type:none'><li>戊</ol><ul><li>己</ul>",
        &["p [一、]: 一、甲", "p [壹、]: 壹、乙", "p [二、]: 二、丙", "p [十一、]: 十一、丁", "p: 戊", "p: 己"],
    );
    check(
        "<ol start=-1><li>甲<li>乙<li>丙</ol>",
        &["p [-1.]: -1. 甲", "p [0.]: 0. 乙", "p [1.]: 1. 丙"],
    );
    check("<ol><li><h1>稳增长</h1></ol>", &["h1 [1.]: 1. 稳增长"]);
}

#[test]
fn labels_saved_by_word_are_labels() {
    check(
        "<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]><span lang=EN-US style='mso-list:Ignore'>一、<span style='font:7.0pt'>&nbsp;&nbsp;&nbsp; </span></span><![endif]>稳增长</p>
         <p><span style='mso-list:Ignore'>·<span>&nbsp; </span></span>要点</p>",
        &["p [一、]: 一、稳增长", "p: 要点"],
    );
}

#[test]
fn tables_keep_their_merged_cells() {
    check(
        "<table><caption>分工表</caption><thead><tr><th colspan=2>任务</th><th>单位</th></tr></thead>
         <tbody><tr><td rowspan=2>稳增长</td><td><p>抓投资</p><p>抓项目</p></td><td>发改委<br>财政厅</td></tr><tr><td>促消费</td><td></td></tr></tbody></table>
         <table><tr><td>甲</td><td>乙</td></tr></table>",
        &[
            "p: 分工表",
            "t0 0,0 1x2: 任务",
            "t0 0,2 1x1: 单位",
            "t0 1,0 2x1: 稳增长",
            "t0 1,1 1x1: 抓投资\n抓项目",
            "t0 1,2 1x1: 发改委\n财政厅",
            "t0 2,1 1x1: 促消费",
            "t1 0,0 1x1: 甲",
            "t1 0,1 1x1: 乙",
        ],
    );
    let document = read(
        b"<table><tr><td>a<td>b<tr><td>c<td>d</table>",
        "a.html",
        &Limits::default(),
    );
    assert_eq!(document.blocks[3].place.cell.as_deref(), Some("B2"));
}

#[test]
fn tables_that_arrange_a_page_are_transparent() {
    check(
        "<table width=960><tr><td><p>一、总体要求</p><table><tr><td>甲</td><td>乙</td></tr></table><p>二、</p></td></tr></table>",
        &["p: 一、总体要求", "t0 0,0 1x1: 甲", "t0 0,1 1x1: 乙", "p: 二、"],
    );
    check(
        "<table role=presentation><tr><td>甲</td><td>乙</td></tr></table>",
        &["p: 甲", "p: 乙"],
    );
    check(
        "<table><tr><td><p>甲</p><p>乙</p></td></tr></table>",
        &["p: 甲", "p: 乙"],
    );
}

#[test]
fn ruby_gives_its_base() {
    check("<p><ruby>落<rp>(</rp><rt>luò</rt><rp>)</rp></ruby>实</p>", &["p: 落实"]);
}

#[test]
fn encodings_are_found() {
    let page = "<html><head><meta charset=gb2312></head><body><p>责任部门：发改委</p></body></html>";
    let bytes = encoding_rs::GB18030.encode(page).0;
    assert_eq!(outline(&read(&bytes, "a", &Limits::default())), ["p: 责任部门：发改委"]);
    let bytes: Vec<u8> = format!("\u{FEFF}{page}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(outline(&read(&bytes, "a", &Limits::default())), ["p: 责任部门：发改委"]);
}

#[test]
fn an_empty_page_is_empty() {
    let document = read(b"<html><body><script>x</script></body></html>", "a", &Limits::default());
    assert_eq!(codes(&document), ["empty-file"]);
    assert_eq!(document.format, SourceFormat::Html);
}

const SENTENCE: &str = "（一）保持经济平稳健康运行，加强经济运行调度和形势研判，按季度分析、按月跟踪，完成投资3000亿元以上。（责任单位：省发展改革委、省财政厅）";

/// A page as a site of a government publishes it, with its article in `article`.
fn site(article: &str) -> String {
    let menu: String = ["首页", "政务公开", "政务服务", "互动交流", "数据发布", "走进本省"]
        .map(|name| format!("<li><a href='/x'>{name}</a></li>"))
        .concat();
    format!(
        "<html><body><div class='top'><ul>{menu}</ul></div><div class='pos'>当前位置：<a href='/'>首页</a> &gt; <a href='/a'>文件</a></div>
        <div class='wrap'>{article}<div class='side'><h3>相关链接</h3><ul>{menu}</ul></div></div>
        <div class='foot'><p>主办单位：省人民政府办公厅</p><p>版权所有 网站标识码：0000000000 某ICP备00000000号</p><div>{menu}</div></div></body></html>"
    )
}

#[test]
fn the_article_is_found_on_the_page_of_a_site() {
    let page = site(&format!(
        "<div class='content'><h1>关于落实重点工作的意见</h1><div class='source'>来源：省政府办公厅</div><div class='TRS_Editor'><p>一、稳增长</p><p>{SENTENCE}</p><p>{SENTENCE}</p></div></div>"
    ));
    check(
        &page,
        &[
            "h1: 关于落实重点工作的意见",
            "p: 来源：省政府办公厅",
            "p: 一、稳增长",
            &format!("p: {SENTENCE}"),
            &format!("p: {SENTENCE}"),
        ],
    );
    let bytes = encoding_rs::GB18030.encode(&page).0.into_owned();
    assert_eq!(outline(&read(&bytes, "page.htm", &Limits::default())).len(), 5);
}

#[test]
fn a_title_apart_from_its_article_is_kept() {
    let page = site(&format!("<div id='zoom'>{SENTENCE}<br>{SENTENCE}</div>")).replace(
        "<div class='pos'>",
        "<div class='head'><h1>重点工作分工</h1></div><div class='pos'>",
    );
    check(
        &page,
        &["h1: 重点工作分工", &format!("p: {SENTENCE}"), &format!("p: {SENTENCE}")],
    );
}

#[test]
fn a_table_that_is_the_article_is_read_whole() {
    let rows: String = (1..=4)
        .map(|row| format!("<tr><td>{row}</td><td>{SENTENCE}</td><td>发改委</td></tr>"))
        .collect();
    let page = site(&format!(
        "<div><table><tr><th>序号</th><th>任务</th><th>单位</th></tr>{rows}</table></div>"
    ));
    let document = read(page.as_bytes(), "a.html", &Limits::default());
    assert_sound(&document);
    let cells = outline(&document);
    assert_eq!(cells.len(), 15, "{cells:?}");
    assert_eq!(cells[0], "t0 0,0 1x1: 序号");
}

#[test]
fn a_page_without_a_site_around_it_loses_nothing() {
    let links: String = (1..=9)
        .map(|number| format!("<p><a href='#{number}'>第{number}项</a></p>"))
        .collect();
    check(
        &format!("<body>{links}"),
        &(1..=9)
            .map(|number| format!("p: 第{number}项"))
            .collect::<Vec<_>>()
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>(),
    );
    check(
        &format!("<body><p>版权所有</p><p>{SENTENCE}</p><p>短</p>"),
        &["p: 版权所有", &format!("p: {SENTENCE}"), "p: 短"],
    );
}
