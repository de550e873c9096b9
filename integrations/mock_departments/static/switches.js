// The switchboard: what each button tells the departments.
const faulty = (name, value = true) => ({ verb: "behaviour", body: { faults: { [name]: value } } });
const scripted = (body) => ({ verb: "behaviour", body });
const outage = (mode, seconds = 20) => ({ verb: "outage", body: { mode, seconds }, single: true });
const lasting = (body) => ({ verb: "department", body });

export const groups = [
  ["停机", [["断网 20 秒", outage("cut")], ["没有声音 20 秒", outage("hang")], ["维护中 20 秒", outage("503")], ["出错 20 秒", outage("500")],
    ["忘记最近半分钟", { verb: "forget", body: { since_s: 30 }, single: true }]]],
  ["节奏和决定", [["决定要 20 秒", scripted({ decide_s: 20 })], ["答复慢 2 秒", faulty("slow_s", 2)], ["要求补正", scripted({ decide: "supplement" })],
    ["不予", scripted({ decide: "reject" })], ["不予受理", scripted({ decide: "not_accepted" })], ["不答复", scripted({ decide: "silence" })],
    ["现场核查 5 秒", scripted({ special: { procedure: "现场核查", expected_days: 5, in_clock: false, seconds: 5 } })],
    ["5 秒后更正结果", scripted({ afterwards: { status: "result_corrected", after_s: 5 } })]]],
  ["办了，没说清", [["断线", faulty("exec_cut")], ["报错", faulty("exec_500")], ["不出声", faulty("exec_hang", 12)], ["一字节一字节", faulty("exec_drip", 0.05)],
    ["登录页", faulty("exec_garbage")], ["别人的回执", faulty("exec_wrong_receipt")], ["16 MiB", faulty("exec_big")]]],
  ["没办", [["忙（503）", faulty("error503")], ["太快（429）", faulty("error429")], ["出错（500）", faulty("error500")], ["拒收（400）", faulty("error400")]]],
  ["回调", [["重复", faulty("duplicate", 2)], ["乱序", faulty("out_of_order")], ["丢失", faulty("drop")], ["来迟 10 秒", faulty("late_s", 10)],
    ["抢在答复前", faulty("before_answer")], ["前后矛盾", faulty("contradict")], ["撤回后才准予", faulty("after_withdrawal")]]],
  ["冒名", [["伪造", faulty("forged")], ["篡改", faulty("tamper")], ["重放", faulty("replay_old")], ["别部门的签名", faulty("cross_dept")], ["没有签名", faulty("stripped")]]],
  ["老旧的系统", [["不认幂等键", lasting({ keys: false })], ["不能查询", lasting({ query: false })], ["不回调", lasting({ callbacks: false })],
    ["时钟快 10 分钟", lasting({ skew_s: 600 })], ["时钟慢 10 分钟", lasting({ skew_s: -600 })], ["限每秒 2 个", lasting({ rate_limit_per_s: 2 })]]],
];
