//! What a browser shows while the book has mistakes.

/// The page that stands in for a site that has never been built. It reloads as soon as there is news.
pub(super) fn page(endpoint: &str, reasons: &str) -> String {
    let reasons = escape(reasons);
    format!(
        r#"<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The book has mistakes</title>
<style>
body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark }}
pre {{ overflow: auto; font-size: 0.9rem }}
</style>
<h1>There is no site yet</h1>
<p>This page reloads when the mistakes are mended.</p>
<pre>{reasons}</pre>
<script>
new WebSocket((location.protocol === "https:" ? "wss:" : "ws:") + "//" + location.host + "/{endpoint}")
  .onmessage = () => location.reload();
</script>
"#
    )
}

/// The page of the last good site, with the reasons why it is not the newest below it.
pub(super) fn with_banner(page: &str, reasons: &str) -> String {
    let banner = format!(
        r#"<aside role="status" style="position: fixed; inset: auto 0 0 0; z-index: 1000; max-height: 50vh; overflow: auto; padding: 0.5rem 1.5rem; border-top: 4px solid #c0392b; background: var(--bg, #fff); color: var(--fg, #000)">
<strong>The book has mistakes; this is the last good site.</strong>
<pre style="margin: 0.5rem 0">{}</pre>
</aside>
"#,
        escape(reasons)
    );
    match page.rfind("</body>") {
        Some(end) => [&page[..end], &banner, &page[end..]].concat(),
        None => [page, &banner].concat(),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
