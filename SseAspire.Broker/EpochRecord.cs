using System.Globalization;

namespace SseAspire.Broker;

/// <summary>
/// Which life of the log this is: written <c>&lt;epoch&gt; &lt;run&gt; &lt;durable|volatile&gt;[ new]</c> and kept beside the log.
/// </summary>
/// <param name="Epoch">The epoch of the ids that are given now, Unix milliseconds.</param>
/// <param name="Run">The <c>run_id</c> of the Redis process the epoch was last confirmed on.</param>
/// <param name="Durable">Whether that process wrote every append to disk before it answered, so that the
/// epoch outlives a restart.</param>
/// <param name="IsNew">Whether nothing was appended in this epoch yet. The first append takes the mark
/// away; from then on a log that does not end in this epoch is not the one that was appended to.</param>
internal readonly record struct EpochRecord(ulong Epoch, string Run, bool Durable, bool IsNew)
{
    public static EpochRecord? Parse(string? text)
    {
        if (text?.Split(' ') is [var epoch, var run, var durability, .. var mark]
            && ulong.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && durability is ("durable" or "volatile")
            && mark is ([] or ["new"]))
        {
            return new EpochRecord(number, run, durability is "durable", mark is ["new"]);
        }

        return null;
    }

    /// <summary>
    /// Whether the log can be this epoch's: that of a new one ends in an earlier epoch or nowhere, that of
    /// one begun ends in it, since a stream remembers its last id even when all entries are trimmed.
    /// </summary>
    public bool Fits(LogExtent? log) =>
        IsNew ? log is null || log.Value.Last.Epoch <= Epoch : log?.Last.Epoch == Epoch;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Epoch} {Run} {(Durable ? "durable" : "volatile")}{(IsNew ? " new" : "")}");
}
