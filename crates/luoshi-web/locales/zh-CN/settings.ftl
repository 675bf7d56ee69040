# 设置、单位和账号
settings = 设置
    .lead = 您的账号、密码和显示方式。
settings-account = 账号
settings-name = 姓名
settings-roles = 岗位
settings-display = 显示
settings-language = 语言
settings-text-size = 字号
settings-site = 本站

password = 修改密码
    .lead = 换一个只有您自己知道的密码。
password-one-time = 您现在用的是一次性密码。请先换成自己的密码，再办理其他事项。
password-old = 现在的密码
password-new = 新密码
password-again = 再输一遍新密码
password-rule = 至少 { $shortest } 个字符，可以用一句话；不要用单位名或自己的名字。
password-change = 修改密码
password-changed = 密码已修改，其他设备上的登录已退出。
password-differs = 两次输入的新密码不一样
password-wrong = 现在的密码不对
password-too-many = 密码输错次数过多，请一刻钟后再试
password-length = 新密码长度不合要求
password-unchanged = 新密码不能与现在的相同
password-easily-guessed = 新密码太容易猜到，请换一个

organisations = 单位和账号
    .lead = 登记在册的单位，以及各单位的填报人和审核人。
organisations-empty = 还没有登记单位。采纳任务分解文件时会一并登记。
organisations-hint = 账号由管理员在服务器上开通；忘记密码也由管理员重置。
organisation-name = 单位
organisation-kind = 类别
organisation-people = 账号
organisation-nobody = 尚未开通
