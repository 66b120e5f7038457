namespace SseAspire.AppHost.Local;

/// <summary>
/// The console that all parts share: every line begins with the part's name, in the part's colour.
/// No colour where the output is not a terminal or <c>NO_COLOR</c> is set (https://no-color.org).
/// </summary>
internal sealed class PartConsole
{
    private const int NameWidth = 9;
    private static readonly int[] Colours = [35, 33, 36, 32, 34, 95, 93, 96];

    private readonly Lock _lock = new();
    private readonly List<string> _names = [];

    /// <summary>Whether colours are shown.</summary>
    public bool HasColour { get; } =
        !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>Writes one line of a part.</summary>
    public void Write(string part, string line)
    {
        lock (_lock)
        {
            if (!_names.Contains(part))
            {
                _names.Add(part);
            }

            var name = part.PadRight(NameWidth);
            var prefix = HasColour ? $"\e[{Colours[_names.IndexOf(part) % Colours.Length]}m{name}|\e[0m" : $"{name}|";
            Console.Out.WriteLine($"{prefix} {line}");
        }
    }

    /// <summary>Writes a line of the application as a whole.</summary>
    public void Say(string line)
    {
        lock (_lock)
        {
            Console.Out.WriteLine(HasColour ? $"\e[1m{line}\e[0m" : line);
        }
    }

    /// <summary>Writes why the application stops.</summary>
    public void Fail(string line)
    {
        lock (_lock)
        {
            Console.Error.WriteLine(HasColour ? $"\e[1;31m{line}\e[0m" : line);
        }
    }
}
