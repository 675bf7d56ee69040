# 进展报告：填报、审核、核验
report = 进展报告
    .lead = 本月报送的内容，以及审核、核验的结果。
report-of-month = { $organisation }{ $month }进展
report-task = 任务
report-target = 指标
report-month = 月份
report-body = 单位
report-state = 状态
report-submitted = 报送时间

report-form = 填报进展
    .lead = 填写本单位本月的进展；填好后报送本单位审核人。
report-other-month = 改报其他月份
report-values = 指标完成数
    .hint = 填年初以来的累计数，单位写在框后；暂无数据可以空着。
report-promised = 目标：{ $quantity }
report-last-value = 上次报送：{ $value }
report-value-no-number = 指标完成数应为数字，例如 12.5
report-completion = 完成率
    .hint = 0 到 100 的整数；不填时按指标完成数推算。
report-completion-wrong = 完成率应为 0 到 100 的整数
report-done = 当前进展
    .hint = 做了什么、做到哪一步。写结果，不必写开会发文，也不需要照片。
report-done-missing = 请填写当前进展；确无进展也请如实写明
report-problems = 存在问题
    .hint = 没有可不填。
report-help-wanted = 需协调事项
    .hint = 需要哪个单位、哪级领导协调什么；没有可不填。
report-next-step = 下步打算
    .hint = 没有可不填。
report-too-long = 内容超过 20000 字，请精简
report-submit = 报送
report-save = 存为草稿
report-saved = 草稿已保存，尚未报送。
report-after = 报送后由本单位审核人审核，再由督查室核验；报送成功会给出回执。
report-earlier = 上次填报（{ $month }）
report-correct = 修改后重新报送

report-with-head = 等待本单位审核人审核。
report-approved-at = { $time } 审核通过，等待督查室核验。
report-verified-at = { $time } 核验，方式：{ $method }。
report-returned-at = { $time } 退回
report-said = 报送内容
report-late =
    { $count ->
       *[other] 迟报 { $count } 天
    }

approvals = 审核
    .lead = 本单位填报人报送、等待您审核的进展。
approvals-empty = 没有待审核的进展。填报人报送后会出现在这里。
approve = 审核
approve-lead = 审核通过后，报送内容即代表本单位，由督查室核验。
approve-do = 审核通过

return = 退回
return-reason = 退回原因
    .hint = 写明需要补充或更正什么，填报人会看到。
return-reason-missing = 请写明退回原因
return-do = 退回修改

verifications = 核验
    .lead = 各单位审核通过、等待督查室核验的进展。
verifications-empty = 没有待核验的进展。各单位审核通过后会出现在这里。
verify = 核验
verify-lead = 核验数与自报数分列保存，互不覆盖。查证由核验人负责，不要求填报人补交照片或打卡。
verify-method = 核验方式
verify-method-missing = 请选择核验方式
verify-value = 核实的数：{ $target }
verify-reported = 自报：{ $value }
verify-not-reported = 单位没有报这项数
verify-completion = 核实的完成率
verify-conclusion = 核验结论
    .hint = 查了什么、结果怎样；与自报不一致的请写明依据。
verify-found = 核验结果
verify-do = 确认核验

receipt = 回执
    .lead = 这是系统已经收到并记入台账的凭证，请留存。
receipt-received = 已收到
receipt-number = 回执编号
receipt-meaning = 内容、时间和编号已由系统签名，并承诺写入存证日志；以后如有人改动记录，凭这份回执可以查出。
receipt-go-on = 继续办理其他事项
receipt-download = 下载回执（文本）
receipt-text = 回执原文
receipt-proof = 存证证明
receipt-proof-meaning = 这条记录已写入存证日志，下面的证明可以离线核对。
receipt-no-proof = 存证日志正在编号，稍后刷新本页可看到存证证明；已经下载的回执仍然有效，可以届时重新下载。
receipt-how = 怎样保存和核对
receipt-how-keep = 请下载并保存这份回执和一份密钥沿革（在存证日志页）。以后不用登录、不联网，也可以核对：
receipt-how-codes = 先核签名，再核是否已列入存证点；被改动、伪造或属于别的站点，都会指出。

evidence = 佐证材料
evidence-optional = 自愿添加，不添加不影响报送和核验。最多 { $count } 个文件，每个不超过 { $limit } MB；只有本单位和督查室可以查看，不对外公开。
evidence-choose = 选择文件
    .hint = 文档、表格、图片或文本，可一次选多个；点“添加文件”后保存在草稿中，已填内容不会丢失。
evidence-add = 添加文件
evidence-remove = 移除
evidence-remove-named = 移除{ $name }
evidence-destroyed = 已依法删除，不再保存
evidence-erased = 没有添加：这个文件已经依法清除，不能再次添加。
evidence-none-chosen = 请先选择文件，再点“添加文件”
evidence-refused = 有文件没有添加，原因已在上面列出；已填内容已存为草稿
evidence-too-large = 没有添加：文件超过 { $limit } MB，或一次发送的文件太多。请压缩、拆分或分次添加。
evidence-empty = 没有添加：文件是空的。请检查后重新选择。
evidence-nameless = 没有添加：文件没有名称。请改名后重新选择。
evidence-active = 没有添加：这是可以运行的程序、脚本或网页，为安全起见不接收。请改为下列格式之一：{ $endings }。
evidence-unknown-ending = 没有添加：不接收这种格式（压缩包请解压后逐个添加）。可用的格式：{ $endings }。
evidence-not-what-it-says = 没有添加：文件内容与扩展名不符，可能已损坏或改过扩展名。请用原来的程序另存后重新选择。可用的格式：{ $endings }。
evidence-too-many = 没有添加：一份报告最多 { $limit } 个文件。请移除不需要的，或合并后再添加。
evidence-quota = 没有添加：本单位的文件已占满分配的空间。请移除草稿中不需要的文件，或请督查室联系系统管理员增加空间。
evidence-infected = 没有添加：病毒扫描发现“{ $virus }”。请用杀毒软件检查您的电脑，更换文件后再试。
evidence-scanner-silent = 没有添加：病毒扫描服务暂时没有响应，未经扫描的文件不能接收。请稍后再试；急需报送的，可以先不带文件报送。
evidence-no-room = 没有添加：服务器存储空间不足。请联系系统管理员；急需报送的，可以先不带文件报送。
evidence-broken-off = 没有添加：文件没有传完。请检查网络后重新选择文件。
