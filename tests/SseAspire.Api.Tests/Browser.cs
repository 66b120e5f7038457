namespace SseAspire.Api.Tests;

/// <summary>A browser without a window that shows one page.</summary>
internal static class Browser
{
    /// <summary>Opens a page in Chromium.</summary>
    public static ReaderProcess OpenChromium(Uri page) => new(
        Executable.Find("chromium", "chromium-browser", "google-chrome"),
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--user-data-dir={folder}", page.ToString(),
        ]);

    /// <summary>Opens a page in Firefox.</summary>
    public static ReaderProcess OpenFirefox(Uri page) => new(
        Executable.Find("firefox-esr", "firefox"),
        ["--headless", "--no-remote", "--profile", "{folder}", page.ToString()],
        onLine: null,
        // Nothing that a new browser requests from its maker.
        ("user.js", """
            user_pref("app.update.auto", false);
            user_pref("browser.aboutwelcome.enabled", false);
            user_pref("browser.safebrowsing.update.enabled", false);
            user_pref("browser.shell.checkDefaultBrowser", false);
            user_pref("browser.startup.homepage_override.mstone", "ignore");
            user_pref("datareporting.policy.dataSubmissionEnabled", false);
            user_pref("extensions.update.enabled", false);
            user_pref("network.captive-portal-service.enabled", false);
            user_pref("network.connectivity-service.enabled", false);
            """));
}
