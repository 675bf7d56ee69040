# 读取和解析时的提示。每个代码一条说明、一条处理建议（-hint）。

empty-file = 文件是空的。
empty-file-hint = 请确认选对了文件，并在原程序中打开看看是否有内容。
file-too-large = 文件有 { $size } 字节，超过了 { $limit } 字节的上限。
file-too-large-hint = 请去掉图片后另存，或分成几个文件。
unknown-format = 不认识这个文件的格式。
unknown-format-hint = 请另存为 docx、txt 或 html 后再试。
picture-file = 这是图片或扫描件（{ $format }），里面没有文字。
picture-file-hint = 请使用文字版文件，或先做文字识别并校对。
archive-file = 这是压缩包（{ $format }），不是文档。
archive-file-hint = 请解压后选择其中的文档。
unsupported-format = 这个版本还不能读取 { $format } 格式。
unsupported-format-hint = 请在办公软件中另存为 docx 后再试。
damaged-file = 文件不完整或已损坏。
damaged-file-hint = 请重新下载或复制；能在办公软件中打开的，请另存一份再试。
encrypted-file = 文件设有密码。
encrypted-file-hint = 请去掉密码后另存，再重新选择。
expansion-limit = 文件展开后超过上限（{ $limit }）。
expansion-limit-hint = 请把内容复制到新文档中另存；来历不明的文件请勿使用。
nesting-limit = 文件内部嵌套过深（超过 { $limit } 层）。
nesting-limit-hint = 请把内容复制到新文档中另存后再试。
undecodable-bytes = 有 { $count } 处内容不是 { $encoding } 编码的文字，已用替换符代替。
undecodable-bytes-hint = 请另存为 UTF-8 编码的文本，或改用 docx。
mojibake =
    { $encoding ->
        [font] 文字疑似乱码：字体没有说明它显示的是哪些字。
       *[other] 文字疑似乱码（按 { $encoding } 读取）。
    }
mojibake-hint = 请用原程序打开并另存为 UTF-8 或 docx，再与原文核对。
lost-digits = “{ $name }”像是缺了数字（全文共 { $count } 处）。
lost-digits-hint = 请与原件核对；原件有数字的，请另取一份文件，或另存为 docx 后重新读取。
tracked-changes = 文档有 { $count } 处修订：删除的文字未计入，插入的文字已计入。
tracked-changes-hint = 请确认这是定稿；如不是，请接受或拒绝修订后另存。
scanned-file = 这个 { $format } 的 { $pages } 页都是图片，里面没有文字。
scanned-file-hint = 请索取电子原件，或先做文字识别并校对。
scanned-pages = { $pages } 页中有 { $count } 页是图片，这些页的文字没有读到。
scanned-pages-hint = 请与原件核对，并索取电子原件。
hidden-sheets = 有 { $count } 个隐藏的工作表没有读取。
hidden-sheets-hint = 如果它们是文件的一部分，请在表格软件中取消隐藏后另存。
no-tasks = 没有找到任务。
no-tasks-hint = 任务一般带编号（一、（一）、1.），并写明责任单位；请确认这是任务分解文件，而不是通知正文。
duplicate-number = 编号“{ $label }”出现了不止一次。
duplicate-number-hint = 请对照原文，确认是编号有误还是同一任务被写了两遍。
number-gap = 编号不连续：应为第{ $label }项，实为“{ $found }”。
number-gap-hint = 请对照原文，确认中间是否漏了一项。
no-party = 任务“{ $label }”没有写明责任单位。
no-party-hint = 请在审阅时补上责任单位，或确认它由上级标题统一规定。
unknown-organisation = “{ $name }”不是名录中的单位，照原样保留。
unknown-organisation-hint =
    { $candidates ->
        [none] 请核对名称；名称无误的，可照原样使用，或写入本地名录。
       *[other] 相近的名称有：{ $candidates }。请核对；名称无误的，可照原样使用，或写入本地名录。
    }
superseded-organisation = “{ $name }”至迟到 { $until } 已经改名或撤并，名称照原样保留。
superseded-organisation-hint =
    { $successors ->
        [none] 请核对由哪个单位承接。
       *[other] 承接的单位是：{ $successors }。请核对后再指定由谁报送。
    }
ambiguous-organisation = “{ $name }”在当时可以指不止一个单位，照原样保留。
ambiguous-organisation-hint = 可能是：{ $candidates }。请对照原文选定。
unclosed-bracket = 责任单位的括号没有右括号，已按到行末处理。
unclosed-bracket-hint = 请对照原文检查括号，确认单位没有多也没有少。
unresolved = 这段文字有 { $count } 种读法，程序没有替您决定。
unresolved-hint = 请在审阅页面上选定它是什么。
no-date = 文件没有写明日期或年份，“年底前”之类的时限无法落到具体日期。
no-date-hint = 请给出日期或年份（命令行用 --date、--year）。
inferred-year = 文件没有写明日期或年份，按任务所说的 { $year } 年推算时限。
inferred-year-hint = 年份不对的，请给出日期或年份（命令行用 --date、--year）。
not-tracked = 超出跟踪范围（{ $reason }）：照录原文，不予跟踪。
not-tracked-hint = 原文、责任单位仍完整保留；标注有误的，由范围政策文件的新版本更正。
too-many-tasks = 找到 { $count } 项任务，多于一份分解文件可能有的 { $limit } 项。
too-many-tasks-hint = 这像是多份文件的合集，请拆开后分别处理。
