# 计划：印发、公开、补齐报送单位
plan = 计划
    .lead = 这份年度计划办到哪一步，下一步做什么：印发、明确报送单位、向社会公开。
plan-to-ledger = 查看台账
plan-go-issue = 去印发
plan-done = 已办理，并已留存记录。
plan-receipt = 查看回执
plan-fact-state = 状态
plan-state-adopted = 已采纳，未印发
plan-state-issued = 已印发（{ $time }）
plan-fact-issuer = 发文机关
plan-fact-document-number = 文号
plan-fact-document-date = 成文日期
plan-fact-report-day = 报送日
plan-report-day = 每月 { $day } 日前
plan-count-tracked = 跟踪 { $count } 项
plan-count-both = 跟踪 { $tracked } 项，不予跟踪 { $untracked } 项
plan-add-task = 手工立项
plan-missing = 未报清单
plan-to-public = 查看公开页面
plan-issue = 印发
plan-issue-means = 印发后，各单位登录即可看到与自己有关的任务，并从本月起按月报送进展。印发不能撤回。
plan-issue-bodies = 将有 { $count } 个单位按月报送。
plan-issue-unnamed = 还有 { $count } 项任务没有报送单位，印发后暂时没有人报送。
plan-issue-unnamed-list = 查看名单
plan-issue-do = 印发计划
plan-unnamed = 还没有报送单位的任务
plan-unnamed-none = 每项跟踪的任务都有报送单位。
plan-unnamed-count = 有 { $count } 项。点开任务，明确由谁报送。
plan-publication = 向社会公开
plan-publication-means = 公开的是任务原文、责任单位、指标、亮灯和数值；进展文字和存在问题不公开。没有公开的任务，公众看不到。不予跟踪的任务也可以公开原文。
plan-publication-later = 计划印发之后，公众才能看到。
plan-publication-open =
    { $count ->
        [0] 还没有公开任务。
       *[other] 已公开 { $count } 项。
    }
plan-open-tracked = 公开全部跟踪任务（还有 { $count } 项未公开）
plan-publication-choose = 或者逐项选择
plan-column-choose = 选择
plan-column-task = 任务
plan-column-tracking = 跟踪
plan-column-publication = 公开
plan-tracked = 跟踪
plan-not-tracked = 不予跟踪
plan-publish-do = 公开所选任务
plan-withhold-do = 停止公开所选任务
plan-error-no-task = 请先勾选任务
plan-effective-on = 自哪一天起生效
    .hint = 不填则自现在起生效。可填文件日期到今天之间的日期，台账同时记下生效日期和登记时间；自生效之月起报送进展。
