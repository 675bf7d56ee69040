# 首页、待办、未报清单
home = 首页
    .lead = 现在需要您办理的事项，按时限先后排列。
home-today = 今天是 { $date }。
home-owed = 我的待办
home-owed-empty = 没有待填报的任务。
home-owed-count = 还有 { $count } 项待填报。
home-handed-in = 另有 { $count } 项已报送。
home-all-owed = 查看全部待办
home-approvals = 等待我审核
home-verifications = 等待核验
home-waiting = 共 { $count } 份。
home-all = 查看全部
home-missing-in = { $month }未报清单
home-missing = { $count } 份未报

to-do = 待办
    .lead = 本单位应报送的进展：报什么、何时截止、办到哪一步。
to-do-open = 待填报和被退回
to-do-empty = 没有待填报的任务。每月初会列出当月应报的任务。
to-do-under-way = 已报送

owed-due = 截止日期
owed-late = 已逾期 { $count } 天
owed-today = 今天截止
owed-left = 还有 { $count } 天

missing = 未报清单
    .lead = 某个月应报而未报（含被退回）的单位和任务，可打印或据此催办。
missing-show = 查看
missing-heading = { $plan } { $month }未报情况
missing-none = 这个月应报的进展都已报送。
missing-bodies = 共 { $count } 个单位，
missing-total = { $count } 份未报。
as-of = 截至 { $date }。
missing-items = { $count } 份
missing-print = 直接打印本页即为未报清单。
