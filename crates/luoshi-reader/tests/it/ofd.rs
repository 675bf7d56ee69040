//! Open fixed-layout documents, made on the spot, and those that mean harm.

use luoshi_reader::{Limits, read};
use luoshi_types::SourceFormat;

use crate::support::{archive, assert_sound, codes, ofd, ofd_pages, outline};

#[test]
fn lines_become_paragraphs_with_their_pages() {
    let plan = "　　一、稳增长\n　　（一）保持经济平稳健康运行，加强经济运行调度和形势研判，按季度分析、按月跟踪，完成投资3000亿元以上，推动重大项目早日开工建设。\n　　（二）促消费。";
    let document = read(&ofd(plan), "a.ofd", &Limits::default());
    assert_sound(&document);
    assert_eq!(document.format, SourceFormat::Ofd);
    assert_eq!(codes(&document), [""; 0]);
    let lines: Vec<String> = plan.lines().map(|line| format!("p: {}", line.trim())).collect();
    assert_eq!(outline(&document), lines);
    assert_eq!(document.blocks[0].place.page, Some(1));
}

#[test]
fn ruled_lines_make_cells() {
    let text = |x: u32, y: u32, text: &str| {
        format!(
            "<ofd:TextObject Boundary='{x} {y} 30 6' Size='4'><ofd:TextCode X='0' Y='4' DeltaX='g 9 4'>{text}</ofd:TextCode></ofd:TextObject>"
        )
    };
    let line = |x: u32, y: u32, width: u32, height: u32| {
        format!(
            "<ofd:PathObject Boundary='{x} {y} {width} {height}'><ofd:AbbreviatedData>M 0 0 L {width} {height}</ofd:AbbreviatedData></ofd:PathObject>"
        )
    };
    let content = [
        text(22, 31, "任务"),
        text(62, 31, "单位"),
        text(22, 41, "抓投资"),
        text(62, 41, "发改委"),
        line(20, 30, 80, 0),
        line(20, 40, 80, 0),
        line(20, 50, 80, 0),
        line(20, 30, 0, 20),
        line(60, 30, 0, 20),
        line(100, 30, 0, 20),
    ]
    .concat();
    let document = read(&ofd_pages(&[&content]), "a", &Limits::default());
    assert_sound(&document);
    assert_eq!(
        outline(&document),
        [
            "t0 0,0 1x1: 任务",
            "t0 0,1 1x1: 单位",
            "t0 1,0 1x1: 抓投资",
            "t0 1,1 1x1: 发改委"
        ]
    );
    assert_eq!(document.blocks[3].place.cell.as_deref(), Some("B2"));
    assert_eq!(document.blocks[3].place.page, Some(1));
}

#[test]
fn watermarks_are_left_out_and_matrices_obeyed() {
    let content = "<TextObject Boundary='10 10 90 9' Size='4' CTM='0.7 0.7 -0.7 0.7 0 0'><TextCode X='0' Y='4'>内部资料</TextCode></TextObject>
        <TextObject Boundary='10 40 90 9' Size='2' CTM='2 0 0 2 0 0'><TextCode X='2' Y='2' DeltaX='2 2'>丙丁</TextCode><TextCode X='0' Y='2'>乙</TextCode></TextObject>";
    let document = read(&ofd_pages(&[content]), "a", &Limits::default());
    assert_eq!(outline(&document), ["p: 乙丙丁"]);
}

#[test]
fn pictures_are_a_scan() {
    let picture = "<ImageObject Boundary='0 0 210 297' ResourceID='3'/>";
    let document = read(&ofd_pages(&[picture, picture]), "a", &Limits::default());
    assert_eq!(codes(&document), ["scanned-file"]);
    assert_eq!(document.diagnostics[0].arguments["pages"], "2");
    let text = "<TextObject Boundary='10 40 90 9' Size='4'><TextCode X='0' Y='4'>甲</TextCode></TextObject>";
    let document = read(&ofd_pages(&[text, picture]), "a", &Limits::default());
    assert_eq!(codes(&document), ["scanned-pages"]);
    assert_eq!(codes(&read(&ofd_pages(&[""]), "a", &Limits::default())), ["empty-file"]);
}

#[test]
fn damage_gives_what_stands_before_it() {
    let text = |text: &str| {
        format!("<TextObject Boundary='10 40 90 9' Size='4'><TextCode X='0' Y='4'>{text}</TextCode></TextObject>")
    };
    let document = read(
        &ofd_pages(&[&format!("{}<TextObject", text("甲")), &text("乙")]),
        "a",
        &Limits::default(),
    );
    assert_sound(&document);
    assert_eq!(outline(&document), ["p: 甲", "p: 乙"]);
    assert_eq!(codes(&document), ["damaged-file"]);
    assert_eq!(
        codes(&read(&archive(&[("OFD.xml", "<OFD>")]), "a", &Limits::default())),
        ["damaged-file"]
    );
    let gone = archive(&[(
        "OFD.xml",
        "<OFD><DocBody><DocRoot>/Doc_0/Document.xml</DocRoot></DocBody></OFD>",
    )]);
    assert_eq!(codes(&read(&gone, "a", &Limits::default())), ["damaged-file"]);
}

#[test]
fn numbers_that_mean_nothing_are_survived() {
    let content = "<TextObject Boundary='NaN inf 1e39 -1' Size='1e30'><TextCode X='nan' Y='1e38' DeltaX='g 4294967295 1e38'>甲乙</TextCode></TextObject>
        <TextObject Boundary='1 1 1 1' Size='-4' CTM='0 0 0 0 0 0'><TextCode DeltaX='g'>丙</TextCode></TextObject>
        <PathObject Boundary='0 0'><AbbreviatedData>M 1 L 2 x A 1 B C C C</AbbreviatedData></PathObject>";
    assert_sound(&read(&ofd_pages(&[content]), "a", &Limits::default()));
}

#[test]
fn pages_and_text_are_limited() {
    let text = "<TextObject Boundary='10 40 90 9' Size='4'><TextCode X='0' Y='4'>甲</TextCode></TextObject>";
    let limits = Limits {
        pages: 2,
        ..Limits::default()
    };
    let document = read(&ofd_pages(&[text, text, text]), "a", &limits);
    assert_sound(&document);
    assert_eq!(outline(&document).len(), 2);
    assert_eq!(codes(&document), ["expansion-limit"]);
}

#[test]
fn flipped_bytes_are_damage_or_still_a_document() {
    let bytes = ofd("　　一、稳增长\n　　（一）抓投资。");
    for index in (0..bytes.len()).step_by(11) {
        let mut flipped = bytes.clone();
        flipped[index] ^= 0x55;
        assert_sound(&read(&flipped, "a.ofd", &Limits::default()));
    }
}
