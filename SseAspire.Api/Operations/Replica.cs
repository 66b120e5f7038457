namespace SseAspire.Api.Operations;

/// <summary>How this replica is called where an operator meets several.</summary>
internal static class Replica
{
    /// <summary>The machine, in a container its name, and the process, of which one machine may run several.</summary>
    public static string Name { get; } = $"{Environment.MachineName}:{Environment.ProcessId}";
}
