namespace SseAspire.Web.Texts;

/// <summary>The words of the page to try the hub: see <see cref="SiteTexts"/>.</summary>
internal sealed class ConsoleTexts;
