//! The page that stands in for a site that has never been built.

/// It reloads as soon as there is news.
pub(super) fn page(endpoint: &str) -> String {
    format!(
        r#"<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The book has mistakes</title>
<style>
body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem; color-scheme: light dark }}
</style>
<h1>There is no site yet</h1>
<p>The first build has not succeeded. The terminal says why; this page reloads when that is mended.</p>
<script>
new WebSocket((location.protocol === "https:" ? "wss:" : "ws:") + "//" + location.host + "/{endpoint}")
  .onmessage = () => location.reload();
</script>
"#
    )
}
