/// How a report's HTML looks.
enum ReportStyle {
    /// Paper is light, whatever the reader prefers on a screen.
    private static let lightCharts = ChartInk.allCases.map { "body .\($0.className){color:\($0.light)}" }.joined()

    /// The style sheet.
    static let css = """
        :root{color-scheme:light dark;--paper:#fff;--text:#1a2130;--muted:#5b6575;--hairline:#e4e7ec;--accent:#0072b2;\
        --good:#15803d;--bad:#b91c1c;--warning:#b45309}
        @media (prefers-color-scheme:dark){:root{--paper:#12161d;--text:#e8ebf0;--muted:#a0a9b8;--hairline:#2a313c;\
        --accent:#56b4e9;--good:#4ade80;--bad:#f87171;--warning:#fbbf24}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%}
        body{margin:0;background:var(--paper);color:var(--text);font:15px/22px system-ui,"Noto Sans","DejaVu Sans",\
        sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
        .page{max-width:1000px;margin:0 auto;padding:40px 24px}
        h1,h2,h3,p,dl,dd,figure,ul{margin:0}
        h1{font-size:30px;line-height:38px;letter-spacing:-.01em}
        h2{font-size:19px;line-height:26px;margin:48px 0 12px}
        .workspace{color:var(--accent);font-weight:600}
        .period{font-size:17px;line-height:26px;margin-top:8px}
        .muted,figcaption{color:var(--muted);font-size:13px;line-height:18px}
        .cards{display:grid;grid-template-columns:repeat(4,minmax(0,1fr));gap:12px;margin-top:28px}
        .card{border:1px solid var(--hairline);border-radius:12px;padding:16px;display:flex;flex-direction:column}
        .card.wide{grid-column:span 2}
        .card h3{font-size:13px;line-height:18px;font-weight:400;color:var(--muted)}
        .card .value{font-size:22px;line-height:32px;font-weight:600}
        .card.wide .value{font-size:32px;line-height:36px}
        .card .change{font-size:14px;line-height:20px;font-weight:600}
        .card svg{display:block;width:100%;height:auto;margin-top:auto;padding-top:12px}
        .good{color:var(--good)}.bad{color:var(--bad)}.flat,.unknown{color:var(--muted)}
        .charts{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:32px 28px}
        .charts figure:first-child{grid-column:1/-1}
        .charts svg,.donut svg{display:block;width:100%;height:auto}
        .charts figcaption{margin-top:4px}
        .categories{display:grid;grid-template-columns:260px minmax(0,1fr);gap:36px;align-items:start}
        table{border-collapse:collapse;width:100%}
        caption{text-align:left;color:var(--muted);font-size:13px;line-height:18px;padding-bottom:6px}
        th,td{padding:7px 12px 7px 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--hairline);\
        font-weight:400}
        thead th{color:var(--muted);font-size:13px;line-height:18px;font-weight:600}
        tfoot th,tfoot td{font-weight:600}
        th:last-child,td:last-child{padding-right:0}
        .figure{text-align:right;white-space:nowrap}
        td time,.severity,.status{white-space:nowrap}
        .mark{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:8px}
        .dot{display:inline-block;width:9px;height:9px;border-radius:50%;margin-right:6px;background:currentColor}
        .critical .dot{color:var(--bad)}.warning .dot{color:var(--warning)}.info .dot{color:var(--accent)}
        .notes{padding-left:18px;color:var(--muted);font-size:13px;line-height:19px}
        .notes li{margin-bottom:6px}
        .charts .narrow{display:none}
        .scroll{overflow-x:auto}
        .unseen{position:absolute;width:1px;height:1px;margin:0;overflow:hidden;\
        clip-path:inset(50%)}
        @media screen and (max-width:760px){
        .charts .narrow{display:block}
        .charts .wide{display:none}
        .page{padding:24px 16px}
        h1{font-size:25px;line-height:32px}
        .cards{grid-template-columns:repeat(2,minmax(0,1fr))}
        .card{padding:12px}
        .card .value{font-size:18px;line-height:26px}
        .card.wide .value{font-size:25px;line-height:34px}
        .charts,.categories{grid-template-columns:minmax(0,1fr)}
        .donut{max-width:300px;margin:0 auto}
        th,td{padding-right:8px}
        .categories .figure{font-size:13px}
        .alerts thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
        .alerts tr{display:flex;flex-wrap:wrap;gap:2px 14px;padding:10px 0;border-bottom:1px solid var(--hairline)}
        .alerts td,.alerts th{padding:0;border:0}
        .alerts .message{flex:1 0 100%;order:1}
        .alerts .figure::after{content:" ×";color:var(--muted)}
        }
        @page{size:A4;margin:15mm}
        @media print{
        :root{color-scheme:light;--paper:#fff;--text:#1a2130;--muted:#5b6575;--hairline:#e4e7ec;--accent:#0072b2;\
        --good:#15803d;--bad:#b91c1c;--warning:#b45309}
        \(lightCharts)
        .card{padding:10px}
        .card .value{font-size:16px;line-height:22px}
        .card.wide .value{font-size:22px;line-height:28px}
        body{font-size:12px;line-height:17px;-webkit-print-color-adjust:exact;print-color-adjust:exact}
        .page{max-width:none;padding:0}
        h2{margin-top:28px;break-after:avoid}
        .card,figure,tr,.notes li{break-inside:avoid}
        thead{display:table-header-group}
        tfoot{display:table-row-group}
        }

        """
}
