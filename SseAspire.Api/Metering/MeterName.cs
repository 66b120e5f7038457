using System.Buffers;
using SseAspire.Api.Http;

namespace SseAspire.Api.Metering;

/// <summary>
/// The name under which requests are counted, as they carry it: <c>meter=…</c>, 1 to 64 letters, digits, dots,
/// underscores and hyphens.
/// </summary>
internal static class MeterName
{
    private const string Field = "meter";
    private const int MaxLength = 64;

    /// <summary>How many one operation may name.</summary>
    private const int MaxNames = 256;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>The meter that a request carries, or null.</summary>
    /// <exception cref="BadRequestException">It is no name.</exception>
    public static string? Read(FormFields query) => query.One(Field) is { } name ? Check(name) : null;

    /// <summary>The meters that an operation is about, each once.</summary>
    /// <exception cref="BadRequestException">There is none, one is no name, or they are too many.</exception>
    public static IReadOnlyList<string> ReadAll(FormFields query)
    {
        var names = query.All(Field);
        return names.Count switch
        {
            0 => throw new BadRequestException(Field, "is missing; name at least one"),
            > MaxNames => throw new BadRequestException(Field, $"is given more than {MaxNames} times"),
            _ => [.. names.Select(Check).Distinct(StringComparer.Ordinal)],
        };
    }

    private static string Check(string name) =>
        name.Length is > 0 and <= MaxLength && !name.AsSpan().ContainsAnyExcept(Allowed)
            ? name
            : throw new BadRequestException(Field, $"is not 1 to {MaxLength} of the characters A-Z, a-z, 0-9, '.', '_' and '-'");
}
