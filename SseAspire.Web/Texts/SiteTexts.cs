namespace SseAspire.Web.Texts;

/// <summary>
/// The words that all pages share: <c>SiteTexts.resx</c> in English, <c>SiteTexts.ru.resx</c> in Russian. Those
/// whose key begins with <c>js.</c> are the scripts'.
/// </summary>
internal sealed class SiteTexts;
