# 范围、数字、文本部分、责任方的用词，以及表格和说明中的词。

scope-policing = 警务和“维稳”事项
scope-speech-control = 管控言论和网络
scope-population-control = 生育和人口控制
scope-religious-affairs = 宗教事务
scope-identity-and-ethnicity = 族群和身份认同
scope-labour-transfer = 有组织的劳动力转移
scope-residence-and-watching = 户籍、迁徙和对人的监视

mention-ordinal = 序数
mention-programme-name = 名称的一部分
mention-threshold = 限定事物的门槛
mention-specification = 技术规格
mention-age = 年龄
mention-rate-or-subsidy = 费率、价格或补贴
mention-procedure-duration = 办理时长或期限
mention-identifier = 编号
mention-date = 日期或年份
mention-actual-value = 已有的实绩
mention-existing-thing = 对已有事物的描述
mention-fixed-phrase = 固定说法
mention-no-unit = 没有单位的数字
mention-out-of-scope = 在不予跟踪的内容里

span-blank = 空白
span-title = 标题
span-document-number = 文号
span-addressees = 主送机关
span-preamble = 引言
span-section-label = 部分编号
span-section-title = 部分标题
span-task-label = 任务编号
span-task-title = 任务标题
span-measure = 举措
span-responsibility = 责任分工
span-deadline = 完成时限
span-context = 其他文字
span-closing = 结尾
span-signature = 落款
span-unresolved = 待定

role-lead = 牵头
role-responsible = 责任
role-cooperating = 配合
role-implementing = 落实
role-leader-person = 分管领导
role-generic = 泛指

column-number = 序号
column-category = 类别
column-text = 任务内容（原文）
column-target = 目标值/完成标准
column-responsible = 责任单位
column-cooperating = 配合单位
column-deadline = 完成时限
column-scope = 范围
column-source = 出处

sheet-name = 任务台账
sheet-note-file = 来源文件：{ $file }
sheet-note-number = 文号：{ $number }
sheet-note-draft = 由程序从原文中找出，供审阅，未经确认。

tracking-tracked = 跟踪
tracking-not-tracked = 不予跟踪：{ $reason }
tracking-excluded = 不予跟踪的语句（{ $reason }）：“{ $clause }”

explain-task = 任务
explain-section = 部分
explain-place = 第 { $start } 至 { $end } 字
explain-line = 第 { $line } 行
explain-rules = 用到的规则
explain-no-trace = 没有记录用到的规则。

diff-title = 两份分解文件的对照
diff-old = 原文件
diff-new = 新文件
diff-summary = 延续 { $carried } 项（其中 { $unchanged } 项的指标、时限和单位未变），新增 { $added } 项，未再列入 { $dropped } 项。
diff-figures = 变化汇总
diff-kind = 变化
diff-count = 数量
diff-changed = 有变化的任务
diff-added = 新增的任务
diff-dropped = 未再列入的任务
diff-numbers = 原第 { $old } 项，现第 { $new } 项

change-target-raised = 指标提高
change-target-lowered = 指标降低
change-target-reworded = 指标表述改变
change-target-added = 指标新增
change-target-dropped = 指标取消
change-delayed = 时限推后
change-advanced = 时限提前
change-deadline-added = 时限新增
change-deadline-dropped = 时限取消
change-party-added = 单位新增
change-party-dropped = 单位退出
change-party-role = 单位角色改变
change-party-succeeded = 机构改革承接

stats-bodies = 各单位任务
stats-months = 各月到期
stats-body = 单位
stats-month = 月份
stats-files = 文件
stats-tasks = 任务
stats-not-tracked = 不予跟踪的任务
stats-without-body = 没有写明单位的任务
stats-without-target = 没有指标的任务
stats-without-deadline = 没有时限的任务
stats-targets = 指标
stats-targets-without-number = 没有数字的指标
stats-deadlines = 时限
stats-continuous = 没有终点的时限
stats-undated = 不能落到月份的时限
