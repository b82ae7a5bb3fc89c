"""Hostile texts, our own collection: scripts, addresses elsewhere, and whatever an address may ask."""

from __future__ import annotations

#: Carried by whatever would become part of a page.
MARK = "data-kx"
#: Our own collection; every one that becomes part of a page carries the mark or calls alert.
SCRIPTS = (
    f"<script {MARK}>alert(1)</script>",
    f"<img src=x onerror=alert(2) {MARK}>",
    f'"><svg onload=alert(3) {MARK}>',
    f"'><iframe srcdoc='<script>alert(4)</script>' {MARK}></iframe>",
    f"</title><script {MARK}>alert(5)</script>",
    f"</textarea><img src=x onerror=alert(6) {MARK}>",
    f"</select></option><details open ontoggle=alert(7) {MARK}>x</details>",
    f"--><b {MARK} onpointerenter=alert(8)>x</b><!--",
    f"]]><u {MARK}>9</u>",
    f'" autofocus onfocus=alert(10) {MARK} x="',
    f"' onmouseover=alert(11) {MARK} x='",
    f"` onfocus=alert(12) autofocus {MARK} `",
    f"<a href=javascript:alert(13) {MARK}>x</a>",
    f"<a href=' &#106;avascript:alert(14)' {MARK}>x</a>",
    f"<form action=javascript:alert(15) {MARK}><button autofocus>x</button></form>",
    f"<base href=//example.com/ {MARK}>",
    f"<meta http-equiv=refresh content='0;url=javascript:alert(17)' {MARK}>",
    f"<link rel=stylesheet href=//example.com/x.css {MARK}>",
    f"<style {MARK}>*{{background:red}}</style>",
    f"<p style='position:fixed;inset:0' {MARK}>x</p>",
    f"<object data=javascript:alert(21) {MARK}></object>",
    f"<embed src=javascript:alert(22) {MARK}>",
    f"<video><source onerror=alert(23) {MARK}></video>",
    f"<svg><animate onbegin=alert(24) attributeName=x dur=1s {MARK}></svg>",
    f"<math><mtext><script {MARK}>alert(25)</script></mtext></math>",
    f"<noscript><p title='</noscript><img src=x onerror=alert(26) {MARK}>'></noscript>",
    f"<ruby><rt onclick=alert(27) {MARK}>確認</rt></ruby>",
    f"&lt;script {MARK}&gt;alert(28)&lt;/script&gt;<i {MARK}>",
    f"&#60;img src=x onerror=alert(29) {MARK}&#62;<i {MARK}>",
    f"＜script {MARK}＞alert(30)＜/script＞<i {MARK}>",
    f"%3Cscript%3Ealert(31)%3C/script%3E<i {MARK}>",
    f"\\u003cimg src=x onerror=alert(32) {MARK}\\u003e<i {MARK}>",
    f"{{{{ 7*7 }}}}{{% raw %}}<i {MARK}>",
    f"${{alert(34)}}<%= 1 %><i {MARK}>",
    f"javascript:alert(35)//<i {MARK}>",
    f"data:text/html,<script {MARK}>alert(36)</script>",
    f"[x](javascript:alert(37)) <i {MARK}>",
    f"![x](x){{onerror=alert(38)}} <i {MARK}>",
    f"\u2028<scr\u200bipt>alert(39)</script><i {MARK}>",
    f"<<script {MARK}>alert(40)//<</script>",
    f"<script src=//127.0.0.1:9/x.js {MARK}></script>",
    f"<input type=hidden name=csrf_token value=x {MARK}>",
)
ARGUMENTS = (
    "q", "next", "department", "state", "sort", "page", "as_of", "known_at", "course", "run", "each",
    "anchor", "print", "show", "category", "authority", "column", "duty_year", "due_by", "since", "by",
    "kind", "subject", "numbers", "held_on", "place", "test", "key", "after", "kept", "step", "form",
    "encoding", "level", "year",
)  # fmt: skip
_SIGNS = "=+-@＝＋－＠﹦﹢﹣﹫−"
_BLANKS = (" ", "\t", "\r", "\n", "　", "\xa0", "\u200b", "\ufeff")
#: What spreadsheets run: in every width, behind blanks, as commands, links and files elsewhere.
FORMULAS = (
    *(f"{sign}1+1" for sign in _SIGNS),
    *(f"{blank}=1+1" for blank in _BLANKS),
    *(f"{blank}＝1+1" for blank in _BLANKS),
    *(f"{sign}cmd|' /C calc'!A0" for sign in "=+-@"),
    '=HYPERLINK("http://127.0.0.1:9/","x")', "=WEBSERVICE(A1)", "@SUM(1+1)*cmd|' /C calc'!A0",
    '="0001234"', "=1+1;=2+2", '"=1+1"', "'=1+1", "''=1+1", "=", "+81-24-000", "-2+3", "－2＋3",
    "=IMPORTXML(1)", "=DDE(1)", "http://127.0.0.1:9/", "mailto:a@example.jp", "file:///etc/passwd",
    "=あ\n=い", "{=1+1}", "=-1", "--1", "@", "=A1:XFD1048576",
)  # fmt: skip
ELSEWHERE = (
    "//example.com", "///example.com", "/\\example.com", "\\\\example.com", "https://example.com",
    "http:example.com", "/\t/example.com", "/\n/example.com", "//example.com/%2f..", "https:///example.com",
    "/%09/example.com", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "\x00//example.com", " //example.com",
    "//127.0.0.1@example.com", "/.//example.com/../..//example.com", "?next=//example.com",
    "#//example.com", "//［::1］", "http://[",
)  # fmt: skip
#: Ways of naming a file that isn't ours to give; {} stands for where it lies, seen from the root.
PATHS = (
    "../{}", "../../{}", "../../../{}", "../../../../../../../..{}", "..{}", "....//....//{}",
    "..././..././{}", "%2e%2e/{}", "%2e%2e%2f%2e%2e%2f{}", "..%2f..%2f{}", "%252e%252e%252f{}",
    "..%252f..%252f{}", "..%c0%af..%c0%af{}", "..%ef%bc%8f..%ef%bc%8f{}", "%uff0e%uff0e/{}", "．．/．．/{}",
    "..／..／{}", "..\\..\\{}", "..%5c..%5c{}", "/{}", "//{}", "{}", "file://{}", "file:%2f%2f{}", "~/{}",
    "~root/{}", "./{}", "././../{}", "css/../../{}", "css/../../../../../..{}", "x/../../../{}",
    "{}%00.png", "{}%00.css", "../{}%00", "{}.", "{}::$DATA", "C:\\{}", "\\\\127.0.0.1\\c$\\{}",
    "/proc/self/environ", "/proc/self/cwd/{}", "/dev/stdin", "..;/..;/{}", "..%0d%0a/{}", "%2f{}",
    "{}?x=.png", "{}#x.png", "con", "nul.png", "secret_key", "../secret_key", "../kenshu.sqlite3",
)  # fmt: skip
_ENDS = (
    "\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\0", "\x1b[2K\x1b[1A", "\b" * 40,
)  # fmt: skip
#: What would be a line of its own, or end the line it stands in, once written to a log.
LINES = (
    *(f"kx{end}sign-in fails at 9999 numbers within a minute, last from 'kx'{end}" for end in _ENDS),
    "%0d%0aSet-Cookie: a=b", "%E5%98%8A%E5%98%8D", "{{7*7}}${jndi:ldap://127.0.0.1:9/x}", "%s%n%x",
)  # fmt: skip
