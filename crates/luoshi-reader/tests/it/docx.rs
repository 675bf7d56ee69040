//! Word documents, one feature each.

use luoshi_reader::{Limits, read};
use luoshi_types::SourceFormat;

use crate::support::{
    CONTENT_TYPES, Docx, ROOT_RELATIONSHIPS, archive, assert_sound, cell, codes, outline, paragraph, paragraph_with,
    row, table,
};

#[track_caller]
fn check(docx: &Docx, expected: &[&str]) {
    let document = docx.read();
    assert_sound(&document);
    assert_eq!(document.format, SourceFormat::Docx);
    assert_eq!(outline(&document), expected);
}

#[track_caller]
fn check_quietly(docx: &Docx, expected: &[&str]) {
    check(docx, expected);
    assert_eq!(codes(&docx.read()), [""; 0]);
}

#[test]
fn paragraphs_become_lines() {
    let docx = Docx::new(
        &[
            paragraph("　　一、总体要求　"),
            paragraph(""),
            paragraph("A&amp;B &#x4E2D;"),
        ]
        .concat(),
    );
    check_quietly(&docx, &["p: 一、总体要求", "p: A&B 中"]);
    let document = docx.read();
    assert_eq!(document.text, "一、总体要求\nA&B 中\n");
    let lines: Vec<_> = document.blocks.iter().map(|block| block.place.line).collect();
    assert_eq!(lines, [Some(1), Some(3)]);
}

#[test]
fn headings_come_from_styles_and_outline_levels() {
    let styles = "<w:style w:type='paragraph' w:styleId='1'><w:name w:val='heading 1'/><w:pPr><w:outlineLvl w:val='0'/></w:pPr></w:style>
        <w:style w:type='paragraph' w:styleId='mine'><w:name w:val='自定义'/><w:basedOn w:val='1'/></w:style>";
    let docx = Docx::new(
        &[
            paragraph_with("<w:pStyle w:val='1'/>", "一、稳增长"),
            paragraph_with("<w:pStyle w:val='mine'/>", "二、促改革"),
            paragraph_with("<w:pStyle w:val='mine'/><w:outlineLvl w:val='9'/>", "正文"),
            paragraph_with("<w:outlineLvl w:val='2'/>", "（一）"),
        ]
        .concat(),
    )
    .styles(styles);
    check_quietly(&docx, &["h1: 一、稳增长", "h1: 二、促改革", "p: 正文", "h3: （一）"]);
}

const NUMBERING: &str = "
    <w:abstractNum w:abstractNumId='3'>
      <w:lvl w:ilvl='0'><w:start w:val='1'/><w:pStyle w:val='s1'/><w:numFmt w:val='chineseCounting'/><w:suff w:val='nothing'/><w:lvlText w:val='%1、'/></w:lvl>
      <w:lvl w:ilvl='1'><w:start w:val='1'/><w:numFmt w:val='chineseCountingThousand'/><w:lvlRestart w:val='0'/><w:lvlText w:val='（%2）'/></w:lvl>
      <w:lvl w:ilvl='2'><w:start w:val='1'/><w:numFmt w:val='decimal'/><w:lvlText w:val='%3.'/></w:lvl>
    </w:abstractNum>
    <w:abstractNum w:abstractNumId='4'><w:lvl w:ilvl='0'><w:start w:val='1'/><w:numFmt w:val='decimal'/><w:lvlText w:val='%1'/></w:lvl></w:abstractNum>
    <w:num w:numId='1'><w:abstractNumId w:val='3'/></w:num>
    <w:num w:numId='2'><w:abstractNumId w:val='4'/></w:num>";

fn numbered(instance: u32, level: u32, text: &str) -> String {
    paragraph_with(
        &format!("<w:numPr><w:ilvl w:val='{level}'/><w:numId w:val='{instance}'/></w:numPr>"),
        text,
    )
}

#[test]
fn automatic_numbers_are_rendered_as_labels() {
    let docx = Docx::new(
        &[
            paragraph_with("<w:pStyle w:val='s1'/>", "稳增长"),
            numbered(1, 1, "抓投资。"),
            numbered(1, 2, "建设项目。"),
            numbered(1, 1, "促消费。"),
            numbered(1, 0, "促改革"),
            numbered(1, 1, "放管服。"),
            paragraph_with("<w:pStyle w:val='s1'/><w:numPr><w:numId w:val='0'/></w:numPr>", "没有编号"),
        ]
        .concat(),
    )
    .styles(
        "<w:style w:type='paragraph' w:styleId='s1'><w:name w:val='章'/><w:pPr><w:numPr><w:numId w:val='1'/></w:numPr></w:pPr></w:style>",
    )
    .numbering(NUMBERING);
    check_quietly(
        &docx,
        &[
            "p [一、]: 一、稳增长",
            "p [（一）]: （一）抓投资。",
            "p [1.]: 1. 建设项目。",
            "p [（二）]: （二）促消费。",
            "p [二、]: 二、促改革",
            "p [（三）]: （三）放管服。",
            "p: 没有编号",
        ],
    );
}

#[test]
fn a_table_may_be_numbered_without_text() {
    let docx = Docx::new(&table(&[
        row(&[format!("<w:tc>{}</w:tc>", numbered(2, 0, "")), cell("", "抓投资")]),
        row(&[format!("<w:tc>{}</w:tc>", numbered(2, 0, "")), cell("", "促消费")]),
    ]))
    .numbering(NUMBERING);
    check_quietly(
        &docx,
        &[
            "t0 0,0 1x1 [1]: 1",
            "t0 0,1 1x1: 抓投资",
            "t0 1,0 1x1 [2]: 2",
            "t0 1,1 1x1: 促消费",
        ],
    );
}

#[test]
fn tables_keep_their_merged_cells() {
    let docx = Docx::new(
        &[
            paragraph("表前"),
            table(&[
                row(&[cell("<w:gridSpan w:val='2'/>", "任务"), cell("", "责任单位")]),
                row(&[
                    cell("<w:vMerge w:val='restart'/>", "稳增长"),
                    cell("", "抓投资"),
                    cell("", "发改委"),
                ]),
                row(&[cell("<w:vMerge/>", ""), cell("", "促消费"), cell("", "商务厅")]),
                row(&[cell("<w:vMerge/>", "续"), cell("", "稳外贸"), cell("", "商务厅")]),
                row(&[cell("", "促改革"), cell("<w:gridSpan w:val='2'/>", "放管服")]),
            ]),
            table(&[row(&[
                cell("<w:hMerge w:val='restart'/>", "甲"),
                cell("<w:hMerge/>", ""),
            ])]),
        ]
        .concat(),
    );
    check_quietly(
        &docx,
        &[
            "p: 表前",
            "t0 0,0 1x2: 任务",
            "t0 0,2 1x1: 责任单位",
            "t0 1,0 3x1: 稳增长",
            "t0 1,1 1x1: 抓投资",
            "t0 1,2 1x1: 发改委",
            "t0 2,1 1x1: 促消费",
            "t0 2,2 1x1: 商务厅",
            "t0 1,0 3x1: 续",
            "t0 3,1 1x1: 稳外贸",
            "t0 3,2 1x1: 商务厅",
            "t0 4,0 1x1: 促改革",
            "t0 4,1 1x2: 放管服",
            "t1 0,0 1x2: 甲",
        ],
    );
    let document = docx.read();
    assert_eq!(document.blocks[3].place.cell.as_deref(), Some("A2"));
    assert_eq!(document.blocks[0].place.cell, None);
}

#[test]
fn a_cell_is_one_block_with_lines() {
    let text = format!(
        "<w:tc>{}{}{}</w:tc>",
        paragraph("牵头单位：发改委"),
        paragraph(""),
        paragraph("配合单位：财政厅")
    );
    let docx = Docx::new(&table(&[row(&[text, cell("", "年底前")])]));
    check_quietly(
        &docx,
        &["t0 0,0 1x1: 牵头单位：发改委\n配合单位：财政厅", "t0 0,1 1x1: 年底前"],
    );
}

#[test]
fn a_table_in_a_cell_parts_its_text() {
    let inner = table(&[row(&[cell("", "内")])]);
    let outer = format!("<w:tc>{}{inner}{}</w:tc>", paragraph("前"), paragraph("后"));
    let docx = Docx::new(&table(&[row(&[outer, cell("", "旁")])]));
    check_quietly(
        &docx,
        &["t0 0,0 1x1: 前", "t1 0,0 1x1: 内", "t0 0,0 1x1: 后", "t0 0,1 1x1: 旁"],
    );
}

#[test]
fn insertions_stay_and_deletions_go() {
    let body = "<w:p><w:r><w:t>增长</w:t></w:r><w:ins><w:r><w:t>8%</w:t></w:r></w:ins><w:del><w:r><w:delText>7%</w:delText></w:r></w:del>
        <w:moveFrom><w:r><w:t>移走</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>移来</w:t></w:r></w:moveTo></w:p>
        <w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>并</w:t></w:r></w:p><w:p><w:r><w:t>段</w:t></w:r></w:p>
        <w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p><w:r><w:t>删行</w:t></w:r></w:p></w:tc></w:tr>
        <w:tr><w:tc><w:tcPr><w:cellDel/></w:tcPr><w:p><w:r><w:t>删格</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>留</w:t></w:r></w:p></w:tc></w:tr></w:tbl>";
    let docx = Docx::new(body);
    check(&docx, &["p: 增长8%移来", "p: 并段", "t0 0,0 1x1: 留"]);
    let document = docx.read();
    assert_eq!(codes(&document), ["tracked-changes"]);
    assert_eq!(document.diagnostics[0].arguments["count"], "7");
}

#[test]
fn a_deleted_paragraph_is_not_counted() {
    let deleted =
        "<w:p><w:pPr><w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr><w:rPr><w:del/></w:rPr></w:pPr>
        <w:del><w:r><w:delText>旧</w:delText></w:r></w:del></w:p>";
    let docx = Docx::new(&[deleted.to_owned(), numbered(1, 0, "新")].concat()).numbering(NUMBERING);
    check(&docx, &["p [一、]: 一、新"]);
}

#[test]
fn wrappers_are_transparent() {
    let body = "<w:sdt><w:sdtPr><w:alias w:val='x'/></w:sdtPr><w:sdtContent><w:p><w:smartTag><w:r><w:t>一、</w:t></w:r></w:smartTag>
        <w:hyperlink><w:r><w:t>链接</w:t></w:r></w:hyperlink><w:fldSimple w:instr='PAGE'><w:r><w:t>3</w:t></w:r></w:fldSimple>
        <w:customXml><w:r><w:t>完</w:t></w:r></w:customXml></w:p></w:sdtContent></w:sdt>";
    check_quietly(&Docx::new(body), &["p: 一、链接3完"]);
}

#[test]
fn field_codes_notes_and_hidden_text_are_left_out() {
    let body = "<w:p><w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>REF x</w:instrText></w:r><w:r><w:fldChar w:fldCharType='separate'/></w:r>
        <w:r><w:t>第三条</w:t></w:r><w:r><w:fldChar w:fldCharType='end'/></w:r><w:r><w:footnoteReference w:id='2'/></w:r>
        <w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏</w:t></w:r><w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t>可见</w:t></w:r></w:p>
        <w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val='Table of Contents'/></w:docPartObj></w:sdtPr><w:sdtContent><w:p><w:r><w:t>目录</w:t></w:r></w:p></w:sdtContent></w:sdt>
        <w:p><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr><w:r><w:t>正文</w:t></w:r></w:p>";
    check_quietly(&Docx::new(body), &["p: 第三条可见", "p: 正文"]);
}

#[test]
fn breaks_part_paragraphs_and_other_marks_are_characters() {
    let body = "<w:p><w:pPr><w:tabs><w:tab w:val='left'/></w:tabs></w:pPr><w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t><w:noBreakHyphen/><w:t>丙</w:t><w:softHyphen/>
        <w:sym w:font='Symbol' w:char='F0B3'/><w:t>8%</w:t><w:br/><w:t>第二行</w:t><w:cr/><w:br w:type='page'/><w:t>第三行</w:t></w:r></w:p>";
    check_quietly(&Docx::new(body), &["p: 甲\t乙-丙≥8%", "p: 第二行", "p: 第三行"]);
}

#[test]
fn unknown_symbols_are_reported() {
    let docx = Docx::new("<w:p><w:r><w:t>见</w:t><w:sym w:font='Webdings' w:char='F0B3'/></w:r></w:p>");
    check(&docx, &["p: 见\u{FFFD}"]);
    assert_eq!(codes(&docx.read()), ["undecodable-bytes"]);
}

#[test]
fn ruby_gives_its_base_and_formulas_their_text() {
    let body = "<w:p><w:r><w:ruby><w:rubyPr><w:lid w:val='zh'/></w:rubyPr><w:rt><w:r><w:t>luò</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>落</w:t></w:r></w:rubyBase></w:ruby></w:r>
        <m:oMath><m:r><m:rPr><m:sty m:val='p'/></m:rPr><m:t>x=1</m:t></m:r></m:oMath></w:p>";
    check_quietly(&Docx::new(body), &["p: 落x=1"]);
}

#[test]
fn text_boxes_are_read_once() {
    let boxed = format!("<w:txbxContent>{}</w:txbxContent>", paragraph("框内"));
    let body = format!(
        "<w:p><w:r><w:t>锚</w:t></w:r><w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><a:graphic><a:p><a:r><a:t>图形文字</a:t></a:r></a:p>
        <wps:txbx>{boxed}</wps:txbx></a:graphic></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>{boxed}</v:textbox></w:pict></mc:Fallback>
        </mc:AlternateContent></w:r><w:r><w:t>点</w:t></w:r></w:p>"
    );
    check_quietly(&Docx::new(&body), &["p: 框内", "p: 锚点"]);
}

#[test]
fn only_the_first_choice_counts() {
    let alternatives = |choices: &str| {
        format!("<w:p><w:r><w:t>甲</w:t></w:r><mc:AlternateContent>{choices}</mc:AlternateContent></w:p>")
    };
    let run = |text: &str| format!("<w:r><w:t>{text}</w:t></w:r>");
    let body = [
        alternatives(&format!(
            "<mc:Choice Requires='a'>{}</mc:Choice><mc:Choice Requires='b'>{}</mc:Choice><mc:Fallback>{}</mc:Fallback>",
            run("一"),
            run("二"),
            run("三")
        )),
        alternatives(&format!("<mc:Fallback>{}</mc:Fallback>", run("三"))),
    ];
    check_quietly(&Docx::new(&body.concat()), &["p: 甲一", "p: 甲三"]);
}

#[test]
fn strict_documents_read_the_same() {
    let document = "<document xmlns='http://purl.oclc.org/ooxml/wordprocessingml/main'><body><p><pPr><outlineLvl val='0'/></pPr><r><t>一、稳增长</t></r></p></body></document>";
    let relationships = ROOT_RELATIONSHIPS.replace(
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/",
        "http://purl.oclc.org/ooxml/officeDocument/relationships/",
    );
    let bytes = archive(&[
        ("[Content_Types].xml", CONTENT_TYPES),
        ("_rels/.rels", &relationships),
        ("word/document.xml", document),
    ]);
    assert_eq!(outline(&read(&bytes, "a", &Limits::default())), ["h1: 一、稳增长"]);
}

#[test]
fn parts_are_found_by_relationship_and_by_name() {
    let docx = Docx::new(&paragraph_with("<w:pStyle w:val='x'/>", "一"));
    let styles = "<w:styles xmlns:w='x'><w:style w:type='paragraph' w:styleId='x'><w:name w:val='heading 2'/></w:style></w:styles>";
    let elsewhere = ROOT_RELATIONSHIPS.replace("word/document.xml", "/Content/Main.xml");
    let part_relationships =
        r#"<Relationships><Relationship Type="x/styles" Target="../Looks/S.xml"/></Relationships>"#;
    let main = docx.document_xml();
    let moved = archive(&[
        ("_rels/.rels", &elsewhere),
        ("content\\main.xml", &main),
        ("content/_rels/main.xml.rels", part_relationships),
        ("looks/s.xml", styles),
    ]);
    assert_eq!(outline(&read(&moved, "a", &Limits::default())), ["h2: 一"]);
    let wrong = ROOT_RELATIONSHIPS.replace("word/document.xml", "word/absent.xml");
    for relationships in [wrong.as_str(), "<broken", ""] {
        let bytes = archive(&[
            ("_rels/.rels", relationships),
            ("word/document.xml", &main),
            ("word/styles.xml", styles),
        ]);
        assert_eq!(
            outline(&read(&bytes, "a", &Limits::default())),
            ["h2: 一"],
            "{relationships}"
        );
    }
}

#[test]
fn a_document_of_pictures_is_a_picture() {
    let docx = Docx::new("<w:p><w:r><w:drawing><a:graphic><a:blip/></a:graphic></w:drawing></w:r></w:p>");
    assert_eq!(codes(&docx.read()), ["picture-file"]);
    assert_eq!(codes(&Docx::new("<w:p/>").read()), ["empty-file"]);
}

#[test]
fn broken_numbering_does_not_lose_the_text() {
    let main = Docx::new(&numbered(1, 0, "稳增长")).document_xml();
    let bytes = archive(&[
        ("_rels/.rels", ROOT_RELATIONSHIPS),
        ("word/document.xml", &main),
        ("word/numbering.xml", "<w:numbering><w:abstractNum>"),
    ]);
    let document = read(&bytes, "a", &Limits::default());
    assert_eq!(outline(&document), ["p: 稳增长"]);
    assert_eq!(codes(&document), ["damaged-file"]);
    assert_eq!(document.diagnostics[0].arguments["part"], "word/numbering.xml");
}

#[test]
fn a_file_put_into_the_document_is_not_passed_over() {
    let docx = Docx::new(&format!("{}<w:altChunk/>", paragraph("前言")));
    check(&docx, &["p: 前言"]);
    assert_eq!(codes(&docx.read()), ["unsupported-format"]);
    assert_eq!(codes(&Docx::new("<w:altChunk/>").read()), ["unsupported-format"]);
}

#[test]
fn a_deleted_paragraph_end_does_not_reach_out_of_its_cell() {
    let joined = "<w:tc><w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>甲</w:t></w:r></w:p></w:tc>";
    let docx = Docx::new(&table(&[row(&[joined.to_owned(), cell("", "乙")])]));
    check(&docx, &["t0 0,0 1x1: 甲", "t0 0,1 1x1: 乙"]);
}
