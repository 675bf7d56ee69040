# 每页四周的文字
site-name = 落实
skip-to-content = 跳到正文
navigation = 主导航
path-back = 返回路径
text-large = 长者模式
text-normal = 标准字号
sign-out = 退出
colophon = 原文不改，过程留痕，逐条可查。
go-home = 返回首页
go-sign-in = 去登录

place-home = 首页
place-ledger = 台账
place-to-do = 待办
place-approvals = 审核
place-verifications = 核验
place-documents = 文件
place-public = 公开
place-settings = 设置

form-errors = 有几处需要改一下，其余内容已保留

month = { $year }年{ $month }月
no-figure = 无数据
target-with-subject = { $subject }：{ $quantity }
log-halted = 存证日志已停止签署，台账暂停受理，查阅不受影响。请管理员在服务器上运行 luoshi log status。
