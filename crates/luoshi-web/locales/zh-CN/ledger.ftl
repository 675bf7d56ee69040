# 台账
ledgers = 台账
    .lead = 选择年度计划，查看每项任务的责任、进度和亮灯。
ledgers-empty = 还没有与本单位有关的已印发计划。督查室印发后，任务会出现在这里。
ledgers-empty-supervisor = 还没有计划。导入任务分解文件，核对后采纳，即可立账。
ledgers-go-import = 去导入文件
plan-title = 计划
plan-year = 年度
plan-tasks = 任务数
plan-state = 状态
plan-issued = 已印发（{ $time }）
plan-not-issued = 未印发

ledger = 台账
    .lead = 逐项列明任务、责任、时限、进度和核验情况；点开任务可看原文出处和亮灯理由。
ledger-add-task = 手工立项
ledger-not-issued = 计划尚未印发：只有督查室能看到，各单位还不需要报送。
ledger-lights = 亮灯情况
ledger-filter = 筛选台账
ledger-section = 部分
ledger-organisation = 单位
ledger-light = 亮灯
ledger-all = 全部
ledger-apply = 筛选
ledger-clear = 清除筛选
ledger-empty = 这份计划里还没有任务。
ledger-empty-filter = 没有符合条件的任务。请放宽或清除筛选。
ledger-table = 台账表格，可左右滚动
ledger-first-page = 回到第一页
ledger-next-page = 下一页
ledger-xlsx = 导出 Excel（xlsx）
ledger-csv = 导出 CSV
ledger-print-hint = 直接打印本页即为 A3 横向台账。

party-that-leads = { $name }（牵头）

column-number = 序号
column-section = 类别
column-text = 任务内容（原文）
column-target = 目标值/完成标准
column-responsible = 责任单位
column-cooperating = 配合单位
column-official = 责任人
column-due = 完成时限
column-milestones = 节点
column-progress = 当前进展
column-completion = 完成率
column-light = 亮灯
column-problems = 存在问题
column-next-step = 下步打算
column-verification = 核验
column-remarks = 备注

export-note = 数据截至 { $date }；存证点 { $checkpoint }
export-page-before = 第
export-page-after = 页
export-note-known = 截至 { $date } 当天结束时台账记录的内容；存证点 { $checkpoint }
export-note-true = 截至 { $date } 已经生效的内容，按 { $known } 为止的记录推算；存证点 { $checkpoint }
