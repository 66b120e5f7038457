namespace SseAspire.Web.Texts;

/// <summary>The words of the lab: see <see cref="SiteTexts"/>.</summary>
internal sealed class CompareTexts;
