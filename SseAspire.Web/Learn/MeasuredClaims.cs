using System.Globalization;
using Microsoft.Extensions.Localization;
using SseAspire.Web.Lab;
using SseAspire.Web.Live;
using SseAspire.Web.Texts;

namespace SseAspire.Web.Learn;

/// <summary>
/// What the run that came with the product says of each claim; <c>lab-result.js</c> says the same of the visitor's
/// own, where this browser has made one.
/// </summary>
internal sealed class MeasuredClaims(IStringLocalizer<LearnTexts> texts, Figures figures)
{
    private readonly ShippedRun _run = ShippedRun.Instance;

    public string Http => Say(texts["measured.http", Figures.Count(Sse.Received), Figures.Count(Sse.Requests), Figures.Count(Poll.Requests)]);

    public string OneWay => Say(texts["measured.oneWay", _run.Seconds, figures.Bytes(Sse.BytesIn), figures.Bytes(Poll.BytesIn)]);

    public string Heals => Say(texts["measured.heals", Seconds(Sse.Recovery), Figures.Count(Sse.Lost), Figures.Count(Sse.Twice)]);

    public string Overhead => Say(texts["measured.overhead", PerEvent(Sse), PerEvent(_run.Lanes["websocket"]), PerEvent(Poll)]);

    private LaneFigures Sse => _run.Lanes["sse"];

    private LaneFigures Poll => _run.Lanes["poll"];

    private string Say(string claim) => $"{claim} {texts["measured.shipped", _run.At.ToString("d MMM yyyy", CultureInfo.CurrentCulture)]}";

    private string PerEvent(LaneFigures lane) => figures.Bytes((lane.BytesIn + lane.BytesOut) / lane.Received);

    private static string Seconds(double? milliseconds) => (milliseconds / 1000)?.ToString("F1", CultureInfo.CurrentCulture) ?? Figures.Unknown;
}
