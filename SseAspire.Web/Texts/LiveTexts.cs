namespace SseAspire.Web.Texts;

/// <summary>The words of the live page: see <see cref="SiteTexts"/>.</summary>
internal sealed class LiveTexts;
