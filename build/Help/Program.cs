using System.Reflection;
using System.Text;
using Gitproc.Help;

// Gitproc.Help ASSEMBLY DOCS OUTPUT: makes the help files in the folder OUTPUT for the cmdlets of ASSEMBLY, of the pages in DOCS.
// Gitproc.Help DOCS OUTPUT: makes the manual pages of the command.
if (args is [var documents, var pagesFolder])
{
    ManualPages.Write(documents, pagesFolder);
    return;
}

if (args is not [var assemblyFile, var docs, var output])
    throw new ArgumentException("Gitproc.Help [ASSEMBLY] DOCS OUTPUT");
var assembly = Assembly.LoadFrom(Path.GetFullPath(assemblyFile));
var cmdlets = CmdletReader.Read(assembly);
var online = CmdletReader.OnlineFolder(assembly);
// What is missing is for tests/Pester/Help.Tests.ps1 to tell.
var pages = Directory.EnumerateFiles(docs, "*-*.md").Order(StringComparer.Ordinal).Select(file => HelpPage.Read(file, online)).ToDictionary(page => page.Title);
Directory.CreateDirectory(output);
MamlFile.Write(
    Path.Combine(output, "Gitproc.PowerShell.dll-Help.xml"),
    cmdlets.Where(cmdlet => pages.ContainsKey(cmdlet.Name)).Select(cmdlet => (cmdlet, pages[cmdlet.Name])),
    online);
foreach (var file in Directory.EnumerateFiles(docs, "about_*.md"))
    File.WriteAllText(Path.Combine(output, Path.GetFileNameWithoutExtension(file) + ".help.txt"), AboutTopic.Of(HelpPage.Read(file, online)), new UTF8Encoding(false));
