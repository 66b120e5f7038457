using StackExchange.Redis;

namespace SseAspire.Broker;

/// <summary>
/// Errors by which Redis refuses a command, in words that hold no address and no credential: a server's own text may.
/// </summary>
internal static class Refusal
{
    /// <summary>
    /// Those that do not pass by waiting for a moment, with what they mean. A publisher is told at once; the others
    /// (<c>LOADING</c>, <c>BUSY</c>, <c>CLUSTERDOWN</c> …) are waited for, as a connection that is away is.
    /// </summary>
    private static readonly Dictionary<string, string> Lasting = new(StringComparer.Ordinal)
    {
        ["OOM"] = "its memory is used up (maxmemory)",
        ["READONLY"] = "it is a read-only replica",
        ["NOREPLICAS"] = "it has fewer replicas than it must write to (min-replicas-to-write)",
        ["MISCONF"] = "it cannot write to its disk",
        ["WRONGTYPE"] = "the key of the log holds something else",
        ["NOAUTH"] = "it does not accept the user or the password",
        ["WRONGPASS"] = "it does not accept the user or the password",
        ["NOPERM"] = "the user may not do that (ACL)",
    };

    /// <summary>The word that the error begins with, such as <c>OOM</c>; null where it is not a server's.</summary>
    public static string? CodeOf(Exception e) => e switch
    {
        RedisServerException => CodeOf(e.Message),
        // The client gives up a connection whose credentials are refused.
        RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure } => "NOAUTH",
        _ => e.InnerException is { } inner ? CodeOf(inner) : null,
    };

    /// <summary>Whether the refusal does not pass by waiting for a moment.</summary>
    public static bool IsLasting(string code) => Lasting.ContainsKey(code);

    /// <summary>A code with what it means, such as <c>OOM: its memory is used up (maxmemory)</c>.</summary>
    public static string Describe(string code) => $"{code}: {Lasting.GetValueOrDefault(code, "see the log of Redis")}";

    /// <summary>The exception by which the log reports the refusal.</summary>
    public static BrokerUnavailableException ToException(string code, Exception cause) =>
        new($"The event log refuses: {Describe(code)}.", cause) { Refusal = code };

    private static string? CodeOf(string message)
    {
        if (message.Contains("The user executing the script can't", StringComparison.Ordinal))
        {
            // Before Redis 7.2 a script that may not do something fails with ERR.
            return "NOPERM";
        }

        var words = message.Split(' ', 3);
        // Some servers put ERR before an error that a script makes.
        var word = words is ["ERR", var second, ..] && Lasting.ContainsKey(second) ? second : words[0];
        return word.Length > 0 && word.All(char.IsAsciiLetterUpper) ? word : null;
    }
}
