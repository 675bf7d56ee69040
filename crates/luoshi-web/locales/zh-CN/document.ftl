# 文件：收到的来源文件和导入
document-list = 文件
    .lead = 收到的任务分解文件，以及每份文件审阅到了哪一步。
document-import = 导入文件
    .lead = 把任务分解文件交给系统读取，读出的任务由您逐条核对后才立账。
document-none-yet = 还没有导入过文件。
    .next = 点“导入文件”，上传印发的任务分解文件或粘贴其全文。
document-count = 共 { $count } 份
document-column-plan = 计划名称
document-column-file = 来源文件
document-column-tasks = 任务数
document-column-state = 状态
document-column-changed = 最近改动
document-state-adopted = 已采纳
document-to-plan = 查看计划
document-state-unresolved = 待审阅，{ $count } 处待确认
document-state-ready = 待审阅，没有疑问

document-file = 文件
    .hint = Word（.docx）、表格（.xlsx）、带文字的 PDF 或 OFD、纯文本（.txt、.md）或网页（.html），不超过 20 MB。扫描件和图片读不出文字，不能导入。
document-text = 或者粘贴全文
    .hint = 从网页或其他软件复制的全文；与上传文件二选一。
document-where-none = 文中没有写明时补充
    .hint = “年底前”“上半年”这类时限要知道是哪一年。文中写有成文日期或年份的，以文中为准；没有写的，按这里填的算；都没有的，先按今年算，审阅时请您确认。
document-date = 成文日期
document-year = 计划年度
document-import-do = 导入并开始审阅
document-import-next = 读取一般只要几秒。读完进入审阅，核对无误再采纳；采纳之前不会产生任何任务。
document-cancel = 取消
document-pasted-name = 粘贴的文字.txt

document-refused = “{ $name }”不能导入
document-refused-kept = 没有保存任何内容。请按上面的提示处理后重新选择文件；其他已填内容已保留。
document-error-both = 文件和粘贴的文字只能选一种，请清空其中一种
document-error-none = 请选择一个文件，或粘贴全文
document-error-date = 成文日期应写成 2026-01-31 的样子，且须是真实的日子
document-error-year = 计划年度应为 1949 至 2100 之间的四位数字
