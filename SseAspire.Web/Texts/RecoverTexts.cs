namespace SseAspire.Web.Texts;

/// <summary>The words of the page on recovery: see <see cref="SiteTexts"/>.</summary>
internal sealed class RecoverTexts;
