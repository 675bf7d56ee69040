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
failure-unreachable = 连不上数据库 { $database }。
    .next = 请检查数据库服务器是否在运行，地址、用户、密码和证书是否正确；没有改动任何内容。
failure-unsafe-setting = 数据库 { $database } 的 { $name } 是 { $found }，断电时会丢失已经回执的内容。
    .next = 请把 { $name } 改为 { $expected } 后再启动。
failure-database = 数据库 { $database } 用不了。
    .next = 请检查磁盘空间和权限，确认没有别的程序占用；仍不行时从备份恢复。
failure-key-missing = { $data } 缺少存证日志的密钥（key/log.key）。
    .next = 请把站点建立时的密钥文件放回原处。
failure-foreign-key = { $data } 的密钥不是这个站点的。
    .next = 请把站点建立时的密钥文件放回 key/log.key。
failure-damaged-key = { $data } 的密钥文件已损坏。
    .next = 请从密钥备份恢复 key/log.key。
failure-log-ahead = { $data } 的数据库比已公布的存证日志旧，可能是恢复了过旧的备份。
    .next = 请恢复较新的数据库备份；不要删除 log 文件夹。
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
fault-checkpoint-signature = 存证点不是本站密钥签署的
fault-published-checkpoint = 公布的存证点与保存的不同
fault-tree = 存证日志与签署的不符：{ $detail }
fault-file = 文件不见了或被改动：{ $file }

# 升级
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
