using SseAspire.Web.Demonstration;

namespace SseAspire.Web.Lab;

/// <summary>
/// How much the runs of all visitors may take together, and those of one address of it: without these bounds one visitor
/// fills the log and takes every run.
/// </summary>
internal static class LabBudget
{
    /// <summary>Runs at a time.</summary>
    private const int MaxRuns = 8;

    /// <summary>Runs of one address at a time.</summary>
    private const int MaxRunsPerAddress = 4;

    /// <summary>Returns why a run may not begin beside others, or null where it may.</summary>
    /// <param name="run">The run.</param>
    /// <param name="others">The runs of all visitors, also those whose events are all published and that are still looked at.</param>
    /// <param name="bounds">What all of them may publish together.</param>
    public static LabRefusal? Refuse(LabRun run, IReadOnlyCollection<LabRun> others, DemonstrationOptions bounds)
    {
        if (others.Count(other => other.Visitor.Equals(run.Visitor)) >= MaxRunsPerAddress)
        {
            return LabRefusal.Address;
        }

        var publishing = others.Where(other => !other.IsPublished).ToList();
        if (others.Count >= MaxRuns || publishing.Any(other => other.Cost is not null) || (run.Cost is not null && publishing.Count > 0))
        {
            return LabRefusal.Busy;
        }

        publishing.Add(run);
        return publishing.Sum(one => one.Settings.Rate) > bounds.MaxEventsPerSecond
            || publishing.Sum(one => one.Settings.Rate * one.Settings.Size) > bounds.MaxBytesPerSecond
            ? LabRefusal.Budget
            : null;
    }
}

/// <summary>Why a run may not begin now.</summary>
internal enum LabRefusal
{
    /// <summary>As many runs as there may be, or one that measures and must be alone.</summary>
    Busy,

    /// <summary>All runs together would publish more than they may.</summary>
    Budget,

    /// <summary>The visitor's address has as many runs as it may have.</summary>
    Address,
}
