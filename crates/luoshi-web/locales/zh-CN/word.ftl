# 状态、岗位、类别等固定用词
light-red = 红灯
light-yellow = 黄灯
light-green = 绿灯
light-grey = 未亮灯
light-not-tracked = 不跟踪

proof-none = 尚无报告
proof-self-reported = 自报
proof-verified = 已核验

state-none = 未报
state-submitted = 待审核
state-approved = 待核验
state-verified = 已核验
state-returned = 已退回

role-supervisor = 督查室
role-head = 审核人
role-clerk = 填报人

party-lead = 牵头
party-responsible = 责任
party-cooperating = 配合
party-implementing = 落实
party-leader-person = 责任人
party-generic = 泛指

task-kind-report-task = 报告任务
task-kind-meeting-decision = 会议交办
task-kind-leader-instruction = 领导批示

organisation-kind-department = 部门
organisation-kind-locality = 地方
organisation-kind-supervision-office = 督查室
organisation-kind-other = 其他单位

method-documents = 查阅资料
method-data-comparison = 数据比对
method-site-visit = 实地查看
method-sample = 抽样核查

stage-approval = 审核时退回
stage-verification = 核验时退回

publication-withheld = 未公开
publication-open = 已公开

event-organisation-founded = 登记单位
event-account-opened = 开通账号
event-document-received = 接收文件
event-plan-adopted = 计划立账
event-plan-issued = 印发计划
event-task-adopted = 任务立项
event-reporter-named = 明确报送单位或时限
event-task-published = 调整公开状态
event-report-submitted = 报送进展
event-report-approved = 审核通过
event-report-returned = 退回
event-report-verified = 核验
event-log-key-rotated = 存证日志换钥
event-log-continued = 续接存证日志
event-erasure-proposed = 提请清除
event-erasure-declined = 未予清除
event-content-erased = 依法清除
event-erasure-reapplied = 恢复备份后再次清除

reason-not-tracked = 这项任务不纳入本系统跟踪，不亮灯。
reason-not-issued = 计划尚未印发，不亮灯。
reason-no-reporter = 尚未明确由谁报送，不亮灯。
reason-completed = 完成率已达 100%。
reason-overdue = 完成时限 { $due } 已过，完成率{ $completion }。
reason-gap = 按时间进度应完成 { $planned }%，实际 { $completion }%，相差 { $gap } 个百分点。
reason-gap-none = 按时间进度应完成 { $planned }%，实际 { $completion }%，不欠进度。
reason-missed = 连续 { $count } 个月应报未报。
reason-missed-none = 应报的月份都已报送。
reason-nothing-owed = 还没有到报送时间。
reason-recovering = 上月末为红灯，现已赶上进度，按规则先转黄灯。
rule = 规则 { $rule }（第 { $version } 版）
since = 自 { $date } 起

scope-policing = 治安与维稳事项
scope-speech-control = 舆论管控事项
scope-population-control = 生育与人口控制事项
scope-religious-affairs = 宗教事务
scope-identity-and-ethnicity = 民族与身份认同事项
scope-residence-and-watching = 户籍管理与人员管控事项
scope-labour-transfer = 组织劳动力转移事项

yes = 是
no = 否
dash = —
