namespace SseAspire.Web.Learn;

/// <summary>Something on its way between browser and server; it leaves at <c>From</c> and arrives at <c>To</c>.</summary>
internal sealed record Crossing(CrossingKind Kind, double From, double To)
{
    /// <summary>From the browser to the server.</summary>
    public bool Up => Kind is CrossingKind.Request or CrossingKind.Vain or CrossingKind.Said;
}

internal enum CrossingKind
{
    /// <summary>A request that brings something.</summary>
    Request,

    /// <summary>A request that will bring nothing.</summary>
    Vain,

    /// <summary>The headers of a response that stays open, or of one that switches protocols.</summary>
    Opened,

    /// <summary>A response, a frame or a part of a stream with events.</summary>
    Event,

    /// <summary>A response without events.</summary>
    Empty,

    /// <summary>A frame of the browser's.</summary>
    Said,
}
