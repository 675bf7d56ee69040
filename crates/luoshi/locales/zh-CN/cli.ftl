# 出错时的格式
failure-line = 错误：{ $what }
failure-next-line = 下一步：{ $next }
failure-cause-line = 原因：{ $cause }

# 出了什么错（正文），下一步怎么办（.next）
failure-setting = 设置有误。
    .next = 请对照 deploy/config.example.toml 改正设置文件、环境变量或命令行选项。
failure-public-url = public_url 不是网址：{ $address }
    .next = 请写成 https://主机名 的形式。
failure-plain-http = 不能在 { $listen } 上不经 TLS 提供服务：密码会以明文经过网络。
    .next = 请改用 127.0.0.1 并在前面设置 TLS 代理（设置 public_url = "https://…"）；确属可信内部网络的，设置 allow_plain_http = true。
failure-output-needed = 工作簿不能输出到屏幕。
    .next = 请用 --output 指定文件，例如 --output 台账.xlsx。
failure-read-file = 读不了文件：{ $path }
    .next = 请检查路径和读取权限。
failure-write-file = 写不了文件：{ $path }
    .next = 请检查文件夹是否存在、是否可写、磁盘是否已满。
failure-file-exists = 文件已经存在：{ $path }
    .next = 为防止覆盖密码，请换一个文件名，或先移走原文件。
failure-output = 输出写不出去。
    .next = 请检查输出所到的设备或磁盘。
failure-scanner = virus_scanner 的值用不了：{ $address }
    .next = 请写成 unix:/路径 或 tcp:主机:端口，例如 unix:/run/clamav/clamd.ctl。
failure-file-store = file_store 的值用不了：{ $place }
    .next = 请写 folder，或 s3://存储桶/前缀，并设置 s3_access_key_id 和 s3_secret_access_key。
failure-no-buckets = 本程序不带对象存储功能，不能把文件存到 { $place }。
    .next = 请用带 s3 功能的程序（编译时加 --features s3），或把 file_store 改为 folder。
failure-files = 存放收到文件的地方用不了。
    .next = 请检查 file_store 设置、权限和磁盘空间。
failure-nothing-to-read = 所给的文件夹里没有文件。
    .next = 请检查路径；隐藏文件不读取。
failure-no-such-task = 文件中没有第 { $number } 项任务，共 { $tasks } 项。
    .next = 请用 luoshi parse 查看全部任务。
failure-no-site = { $data } 里没有站点。
    .next = 请用 --data 指定正确的文件夹；新建站点请运行 luoshi admin create-office 或 luoshi serve；先看演示请运行 luoshi demo。
failure-foreign-folder = { $data } 里有别的文件，不能在其中建立站点。
    .next = 请用 --data 指定一个空文件夹或新文件夹。
failure-not-a-demo = { $data } 里是一个正式站点，不能用作演示。
    .next = 请用 --data 指定另一个文件夹。
failure-other-demo = { $data } 里的演示是用另一份文件建立的。
    .next = 请用 --data 指定另一个文件夹，或去掉 --document 打开原来的演示。
failure-folder = 数据文件夹用不了：{ $data }
    .next = 请检查路径、权限和磁盘空间。
failure-needs-migration = { $data } 的数据库是旧版本的。
    .next = 请先备份整个文件夹，再运行 luoshi migrate。
failure-newer-schema = { $data } 的数据库是更新版本的程序写的。
    .next = 请改用更新版本的 luoshi，本程序不改动它。
failure-database-address = database 不是可用的数据库地址。
    .next = 请写成 sqlite:文件，或 postgres://用户:密码@主机/库名；docs/guide/postgresql.zh-CN.md 有说明。
failure-foreign-database = { $database } 里是别的程序的数据。
    .next = 请换一个空的数据库；本程序没有改动它。
failure-not-empty = 数据库 { $database } 不是空的。
    .next = 请换一个空的数据库；本程序没有改动它。
failure-half-copied = 数据库 { $database } 只复制了一半。
    .next = 请清空它再搬一次；原来的数据库没有改动，可以继续使用。
failure-still-in-use = 复制期间数据库 { $database } 又有写入。
    .next = 请先停止网站和其他命令，清空新数据库，再搬一次；原来的数据库没有改动。
failure-copy-differs = 复制到 { $database } 的内容与记录不一致。
    .next = 原来的数据库没有改动，可以继续使用；请清空新数据库，用 luoshi verify 查明原因后再搬。
failure-moved = 站点已从 { $database } 搬到 { $moved_to }。
    .next = 请把设置 database 改为新的数据库。
failure-unreachable = 连不上数据库 { $database }。
    .next = 请检查数据库服务器是否在运行，地址、用户、密码和证书是否正确；没有改动任何内容。
failure-unsafe-setting = 数据库 { $database } 的 { $name } 是 { $found }，断电时会丢失已经回执的内容。
    .next = 请把 { $name } 改为 { $expected } 后再启动。
failure-database = 数据库 { $database } 用不了。
    .next = 请检查磁盘空间和权限，确认没有别的程序占用；仍不行时从备份恢复。
failure-disk-lost = 网站运行中，{ $data } 所在的磁盘出了故障。此后没有再确认过任何提交。
    .next = 请检查磁盘和连线，重新启动网站，再运行 luoshi verify。
failure-foreign-key = { $data } 的密钥不是这个站点的。
    .next = 请把站点建立时的密钥文件放回 key/log.key。
failure-damaged-key = { $data } 的密钥文件已损坏。
    .next = 请从密钥备份恢复 key/log.key。
failure-log-halted-key-lost = 存证日志停止签署：签署密钥不在 key 文件夹里，暂不受理任何改动。
    .next = 请把密钥文件放回 key 文件夹；密钥确已丢失的，运行 luoshi log incident --reason 说明 续接新日志。
failure-log-halted-database-behind = 存证日志停止签署：已签出的存证点比数据库走得更远，可能是恢复了过旧的备份，或故障切换丢了末尾。
    .next = 请恢复较新的数据库备份，不要删除 log 文件夹；确实没有的，运行 luoshi log incident --reason 说明 续接新日志。
failure-log-halted-record-differs = 存证日志停止签署：数据库里的条目与已签出的存证点对不上。
    .next = 请运行 luoshi verify 找出改动之处，恢复备份；不能恢复的，运行 luoshi log incident --reason 说明 续接新日志。
failure-log-unreachable = 读不到存证日志：{ $place }
    .next = 请检查网址或文件夹、网络和代理；稍后可以重试。
failure-no-log = { $place } 没有存证点，不是一本存证日志，或还没有任何条目。
    .next = 网址应以 /log 结尾，例如 https://主机名/log。
failure-key-needed = 没有给出验证公钥。
    .next = 请用 --key 给出站点公布的验证公钥，或把密钥沿革（站点的 /log/keys）存为回执旁边的 luoshi-log-keys.txt。
failure-not-a-key = 不是验证公钥，也不是密钥沿革：{ $key }
    .next = 公钥形如 名称+8位编号+base64，在站点的 /log/key；密钥沿革在 /log/keys，不要改动其内容。
failure-not-a-checkpoint = 不是这本日志的存证点：{ $path }
    .next = 请用从 /log/checkpoint 保存的原文件，或公报上原样录入的文本。
failure-not-an-entry = 不是条目：{ $entry }
    .next = 条目是 32 字节，写成 base64 或 64 位十六进制，即回执中 leaf 一行。
failure-not-a-receipt = 不是回执：{ $path }
    .next = 请用从回执页面下载的原文件。
failure-nothing-opened = 文件中没有可以核对的条目：{ $path }
    .next = 请用公开任务页面上“下载这项任务的数据（JSON）”所得的文件。
failure-no-such-entry = 日志只有 { $size } 条，没有 { $index }。
    .next = 条目从 0 数起。
failure-entry-not-found = 日志中没有这条条目。
    .next = 刚拿到的回执请过一会儿再查；回执早于日志的最新存证点仍查不到的，请保存回执并提出异议。
failure-listen = 不能监听 { $listen }。
    .next = 可能已有程序占用该端口；请用 --listen 换一个，例如 --listen 127.0.0.1:8081。
failure-no-such-plan = 没有这份计划：{ $name }
    .next = 请用 luoshi admin list 查看计划编号；还没有计划时，先用 luoshi import FILE --adopt 导入。
failure-nobody-reports = 这份计划还没有明确报送单位。
    .next = 请在审阅时或在任务页上明确由谁报送，再开设账号。
failure-no-such-organisation = 单位名录中没有“{ $name }”。
    .next = 请用文件中的全称或简称；用 luoshi admin list 查看名录。
failure-no-such-account = 没有登录名为“{ $name }”的账号。
    .next = 请用 luoshi admin list 查看登录名。
failure-no-such-erasure = 没有编号为 { $name } 的清除事项。
    .next = 请用 luoshi admin erasures list 查看编号。
failure-no-such-job = 没有编号为 { $job } 的停办作业。
    .next = 请用 luoshi admin jobs list 查看编号；还在尝试的作业不用处理。
failure-name-taken = 登录名“{ $name }”已经有人用了。
    .next = 请换一个登录名；忘记密码的，请用 luoshi admin reset-password。
failure-busy = 正在处理的写入太多，或同一内容刚被别人改过。
    .next = 没有改动任何内容，请稍后重试。
failure-unavailable = 不能确定改动是否已经存盘。
    .next = 请检查磁盘空间，运行 luoshi verify 核对，再看改动是否已在。
failure-defect = 程序出错。
    .next = 没有完成这项操作；请把下面的原因报告给开发者。

# 台账不接受的原因
refusal-invalid-name = 名称为空、过长、有空格，或含有不能用的字符。
    .next = 登录名须为 2 至 64 个字且不含空格；单位名称不超过 100 个字。
refusal-no-role = 账号至少要有一个岗位。
    .next = 请用 --role 指定 clerk、head 或 supervisor。
refusal-supervisor-outside-office = 督查岗位只能设在督查室。
    .next = 请改选岗位，或把账号设在督查室。
refusal-invalid-text = 文件的标题或任务文字为空或过长。
    .next = 请去掉 --adopt，在网页上审阅改正后再采纳。
refusal-no-tasks = 文件中没有任务，不能立账。
    .next = 请核对文件。
refusal-no-reason = 没有写明发生了什么。
    .next = 请用 --reason 写明。
refusal-log-is-sound = 存证日志可以正常签署，不需要续接。
    .next = 请先运行 luoshi log status；密钥失窃等情况，加 --although-sound。
refusal-other = 台账不接受这项操作（{ $code }）。
    .next = 请用 luoshi admin list 查看现状后再试。

# 解析
parse-progress = 读取
parse-file-line = { $file }：
parse-complaint = { $severity }（{ $code }）：{ $message }
parse-complaint-hint = 建议：{ $hint }
severity-error = 错误
severity-warning = 提醒
severity-info = 说明
parse-summary = 共 { $files } 个文件，{ $tasks } 项任务；{ $failed } 个文件有问题。
parse-column-file = 文件
parse-page-before = 第
parse-page-after = 页
parse-written = 已写入 { $path }。


# 导入
import-refused = { $file } 没有导入，数据文件夹没有改动：
import-review = 已生成待审稿：{ $tasks } 项任务，其中 { $unresolved } 项需要先看。
import-review-address = 审阅地址：{ $address }
import-serve-hint = 网站未运行时，先运行 luoshi serve。
import-adopted = 已采纳为计划：{ $title }（{ $year } 年，{ $tasks } 项任务）。
import-plan = 计划编号：{ $plan }
import-plan-address = 台账地址：{ $address }
import-next = 下一步：luoshi admin create-accounts --plan { $plan }，再登录网站印发计划。

# 运行网站
serve-waiting = { $seconds } 秒后再试。
serve-address = 网站地址：{ $address }
serve-stop = 按 Ctrl+C 停止。
serve-no-accounts = 还没有账号，无法登录。请另开一个窗口运行：luoshi admin create-office --data { $data }
serve-stopped = 已停止。

# 核对
verify-progress = 重放
verify-counts = 已重放 { $events } 个事件，核对存证日志的 { $leaves } 个叶子和 { $files } 个文件（来源文件和佐证材料）。
verify-sound = 没有发现不一致。
verify-search-stale = 检索索引与台账有 { $count } 处对不上。索引由台账推出，不影响记录；运行 luoshi admin rebuild-search 重建。
verify-unsound = 发现 { $count } 处不一致：
verify-difference = 表 { $table }，行 { $key }，列 { $column }：{ $kind }
verify-difference-row = 表 { $table }，行 { $key }：{ $kind }
verify-next = 下一步：保留整个数据文件夹作为证据，从备份恢复，再查是谁绕过程序改了数据。
difference-missing = 应有而没有
difference-surplus = 不应有而有
difference-other = 与事件记录不符
difference-unreadable = 读不出
difference-not-committed-words = 文字与事件的承诺不符
difference-not-committed-event = 叶子与事件不符
difference-gap = 序号有缺口
difference-out-of-place = 事件前后不接
difference-not-erased = 已依法清除的文字又出现了
fault-checkpoint-signature = 存证点不是本站密钥签署的
fault-published-checkpoint = 公布的存证点与保存的不同
fault-tree = 存证日志与签署的不符：{ $detail }
fault-other-log-key = 设置中的日志公钥与记录中的不同。
fault-erased-file = 已依法清除的文件又出现了：{ $file }
fault-file = 文件不见了或被改动：{ $file }

# 升级
migrate-engine-progress = 复制
migrate-engine-done = 已复制 { $rows } 行到 { $database }；重放 { $events } 个事件，核对 { $leaves } 个叶子，没有发现不一致。
migrate-engine-next = 下一步：把设置 database 改为新的数据库再启动。原来的数据库原样保留，不再打开。
migrate-done = 数据库已从第 { $before } 版升级到第 { $after } 版。
migrate-nothing = 数据库已是第 { $after } 版，无需升级。

# 管理
admin-office-created = 督查室“{ $name }”已设立。
admin-office-exists = 督查室“{ $name }”已经有了。
admin-passwords-once = 以下一次性密码只显示这一次，首次登录时必须更改：
admin-head-organisation = 单位
admin-head-role = 岗位
admin-head-name = 登录名
admin-head-display-name = 显示名
admin-head-password = 一次性密码
admin-head-plan = 计划编号
admin-head-year = 年度
admin-head-title = 标题
admin-head-tasks = 任务
admin-head-issued = 印发
admin-role-clerk = 填报
admin-role-head = 审核
admin-role-supervisor = 督查
admin-display-clerk = { $organisation }填报人
admin-display-head = { $organisation }审核人
admin-accounts-opened = 已开设 { $count } 个账号。
admin-accounts-present = { $count } 个单位的账号已经齐全，没有重开。
admin-accounts-written = 已另存为 { $path }，请妥善保管，用后删除。
admin-password-reset = 密码已重设，原有登录全部失效。
admin-sweep-nothing = 没有可以清理的文件。
admin-sweep-would = 没有被引用、可以清理的文件：{ $count } 个，共 { $bytes } 字节；未完成的上传：{ $incoming } 个。
admin-sweep-done = 已清理没有被引用的文件 { $count } 个，共 { $bytes } 字节；未完成的上传 { $incoming } 个。
admin-sweep-next = 以上只是列出，没有删除。确认后请运行 luoshi admin sweep-files --remove。
admin-head-sha256 = SHA-256
admin-head-bytes = 字节
admin-site-files = （来源文件）
admin-no-accounts = 还没有账号。请运行 luoshi admin create-office。
admin-no-plans = 还没有计划。请运行 luoshi import FILE。
admin-not-issued = 未印发
admin-search-rebuilt = 检索索引已重建。
admin-next-serve = 下一步：luoshi serve，用上面的登录名登录。

# 演示
demo-making = 正在建立演示站点……
demo-reused = 沿用已有的演示站点：{ $data }
demo-made = 演示站点已建立：{ $data }（{ $tasks } 项任务，{ $reports } 份进展报告）
demo-accounts = 用下列登录名登录，密码都是 { $password }
demo-public = 不登录即可查看已公开的任务：{ $address }
demo-other-accounts = 其他单位的账号（如 { $name }）未设密码，需要时运行 luoshi admin reset-password { $name } --data { $data }
demo-unreported = 这份文件没有明确的责任单位，演示中没有填报账号。

# 单位名录
failure-registry = 单位名录有错：{ $path }
    .next = 请按下面各行改正，再用 luoshi orgs check 核对。
registry-form = 第 { $line } 行不合格式：{ $cause }
registry-name = 名称为空或含有空格：{ $name }
registry-no-ends = “{ $name }”没有写明词尾（ends）。
registry-period = “{ $name }”的起止“{ $period }”既不是日期，也不是名录中的改革。
registry-order = “{ $name }”的止期早于起期。
registry-successor = “{ $name }”的承接单位“{ $successor }”不在名录中。
registry-twice = “{ $name }”在同一时期写了两次。
orgs-sound = 名录没有错：{ $bodies } 个单位名称。
orgs-ambiguous = 提醒：“{ $name }”可指 { $bodies }，解析时照原样保留。
orgs-name = 全称
orgs-standing = 状态
orgs-level = 层级
orgs-from = 起
orgs-until = 止
orgs-successors = 承接
orgs-nearest = 相近
orgs-standing-known = 已知
orgs-standing-superseded = 当时已改名或撤并
orgs-standing-not-yet = 当时尚未设立
orgs-standing-ambiguous = 不止一个单位
orgs-standing-unknown = 名录中没有
orgs-level-national = 国家
orgs-level-province = 省级
orgs-level-city = 市级
orgs-level-county = 县级

# 存证日志和回执
log-key-came-along = 提示：没有给出 --key，用的是日志自带的公钥。请另从公报等渠道核对公钥，再用 --key 固定下来。
log-progress = 核对条目
log-search-progress = 查找条目
log-verified = 日志：{ $origin }
    存证点：{ $size } 条，根 { $root }
    核对了 { $size } 条条目和 { $tiles } 个分片，与签名相符。
log-is-frozen = 这本日志已停在 { $size } 条，{ $begins } 起由新日志 { $origin } 续接（同一站点的第 n 本日志在 /log/n）。
log-frozen-elsewhere = 续接声明所说的最后存证点与这里的不符。
log-checkpoint-unreadable = 存证点不是规定的格式：{ $cause }
log-other-origin = 存证点属于另一本日志：{ $origin }，没有它的公钥。
log-checkpoint-forged = 存证点没有所信公钥的签名：{ $cause }
log-tile-missing = 缺少分片 { $tile }。
log-tile-damaged = 分片 { $tile } 已损坏。
log-tile-differs = 分片 { $tile } 的第 { $position } 处（从 0 起）与条目不符。
log-tiles-differ = 分片与签名的根不符。
log-root-differs = 由条目算出的根与签名的根不符。
log-went-back = 日志倒退：先前是 { $old } 条，现在只有 { $new } 条。
log-forked = 日志分叉：{ $new } 条的存证点不包含先前 { $old } 条的存证点。
log-finding-next = 请保存两份存证点和有关回执作为证据，并与站点的管理者联系。
log-consistent = 前后一致：从 { $old } 条到 { $new } 条，只添加了 { $added } 条。
    旧根 { $old_root }
    新根 { $new_root }
log-proof-written = 第 { $index } 条的存在证明已写入 { $path }。
log-opened-proved = 相符：任务 { $number } 的 { $kind }（第 { $version } 次，{ $recorded }）是日志第 { $index } 条。
log-opened-not-covered = 未核对：任务 { $number } 的 { $kind }（第 { $version } 次，{ $recorded }）尚未列入这本日志的存证点。
log-opened-damaged = 任务 { $number } 的条目数据已损坏，不能核对。
log-opened-not-in-log = 不符：任务 { $number } 的 { $kind }（第 { $version } 次，{ $recorded }）与日志中的条目对不上。
log-opened-other-words = 不符：任务 { $number } 的 { $kind }（第 { $version } 次，{ $recorded }）所附文字不是当时记录的文字。
log-opened-counts = 相符 { $proved } 条，未核对 { $elsewhere } 条。
watch-first = 已记下第一个存证点：{ $size } 条，存入 { $path }。
watch-unchanged = 没有变化：{ $new } 条，根 { $root }。
watch-grown = 前后一致：{ $old } 条增至 { $new } 条，根 { $root }。
watch-other-log = 日志换了名称：先前是 { $old }，现在是 { $new }。
watch-alarm = 警报：
log-status = 日志：{ $origin }（本站第 { $number } 本）
    条目：{ $size }
    验证公钥：{ $key }（这本日志用过 { $keys } 把密钥）
log-status-sound = 可以正常签署。
log-halt-key-lost = 停止签署：签署密钥不在 key 文件夹里。
log-halt-database-behind = 停止签署：已签出的存证点比数据库走得更远，可能是恢复了过旧的备份，或故障切换丢了末尾。
log-halt-record-differs = 停止签署：数据库里的条目与已签出的存证点对不上。
log-halt-next = 停止期间可以查阅，不受理任何改动。请恢复较新的备份或放回密钥；不能恢复的，运行 luoshi log incident --reason 说明。
log-key-rotated = 已换钥。新的验证公钥：{ $key }
    新旧两把密钥共同签署 { $days } 天。请把新公钥登报或另行公布，并备份 key 文件夹。
log-continued = 已记录事故，旧日志停在最后一个存证点。
    新日志：{ $origin }（本站第 { $number } 本，在 /log/{ $number }）
    验证公钥：{ $key }
    请公布事故、新的日志名称和公钥，并备份 key 文件夹。
receipt-genuine = 回执真实：签名与公钥相符。
receipt-states = 日志：{ $origin }
    事件：{ $event }
    记录时间：{ $recorded }
receipt-not-yet = 回执中没有存在证明，尚不知是否列入存证点。请稍后从回执页面重新下载，或用 luoshi log prove 取得证明。
receipt-covered = 已列入存证日志：第 { $index } 条，存证点 { $size } 条，根 { $root }。
receipt-carried-over = 已列入续接的日志 { $origin }：第 { $index } 条，存证点 { $size } 条，根 { $root }。
receipt-checkpoint-agrees = 与所给存证点（{ $size } 条）一致。
receipt-checkpoint-not-compared = 所给存证点（{ $size } 条）与证明中的大小不同，离线不能比对；可用 luoshi log consistency 核对。
receipt-changed = 回执被改动过：签名与内容不符。
receipt-not-signed = 回执没有这本日志已知公钥的签名：是伪造的，或日志后来换了钥。请取最新的密钥沿革（/log/keys）再核对一次。
receipt-key-out-of-force = 回执所用的密钥在所写时间已停用，不能采信。
receipt-other-log = 回执属于另一本日志：{ $origin }。请用那个站点的公钥核对。
receipt-proof-other-log = 存在证明属于另一本日志：{ $origin }，它不是这份回执所说日志的续接。
receipt-proof-checkpoint = 存在证明中的存证点没有这本日志公钥的签名。
receipt-proof-does-not-hold = 存在证明不是这份回执所承诺条目的证明，或被改动过。
receipt-fork = 存在证明中的存证点与所给存证点矛盾：日志分叉。请保存两者作为证据。
# 依法清除
erasures-none = 还没有清除事项。
erasures-confirmed = 已同意清除，文字已从台账中销毁。磁盘擦除的结果见 luoshi admin erasures list。
erasures-declined = 已记为不予清除。
erasures-exported = 已写入 { $count } 件清除的清单，请与备份放在一起。
erasures-reapplied = 已再次清除 { $count } 处文字。请运行 luoshi verify 核对。
erasures-head-id = 编号
erasures-head-time = 提请时间
erasures-head-ground = 依据
erasures-head-texts = 文字
erasures-head-files = 文件
erasures-head-first = 提请人
erasures-head-state = 进度
erasures-ground-personal-information = 个人信息
erasures-ground-personality-rights = 人格权
erasures-ground-state-secret = 国家秘密
erasures-ground-business-secret = 商业秘密
erasures-ground-court-or-authority = 裁判或决定
erasures-state-proposed = 待复核
erasures-state-declined = 未予清除
erasures-state-scrubbing-pending = 台账已清除，磁盘擦除待完成
erasures-state-finished = 已清除

# 后台作业
jobs-counts = 等待 { $waiting } 项，停办 { $buried } 项。
jobs-oldest = 最早的一项写于 { $time }。
jobs-retried = 已排入重办。
jobs-discarded = 已丢弃。
jobs-head-id = 编号
jobs-head-kind = 作业
jobs-head-state = 状态
jobs-head-attempts = 次数
jobs-head-enqueued = 写入
jobs-head-next = 下次
jobs-head-cause = 原因
jobs-state-waiting = 等待
jobs-state-buried = 停办
refusal-file-erased = 这个文件已经依法清除，不能再次导入。
    .next = 请先从文件中删去依法不能保留的内容，再导入。
refusal-erasure-decided = 这件清除事项已经办结。
    .next = 请用 luoshi admin erasures list 查看。
refusal-office-alone = 承诺原文只能由督查室两人办理清除，服务器上不能复核。
    .next = 请由督查室另一人登录网站复核。
