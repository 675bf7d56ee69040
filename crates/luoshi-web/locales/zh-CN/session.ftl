# 登录与密码
sign-in = 登录
    .lead = 督查室和各单位的填报人、审核人由此进入。
sign-in-name = 用户名
sign-in-password = 密码
sign-in-help = 没有账号或忘记密码，请联系本级督查室。
sign-in-wrong = 用户名或密码不对，请核对后重新输入。
sign-in-too-many = 密码输错次数过多，请约 { $count } 分钟后再试，或联系督查室重置密码。
